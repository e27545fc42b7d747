import { PayloadOutput } from "../../codec/payload-output.ts";
import { HIGH, LONG, LOW, TWO_32, WORDS } from "../../codec/words.ts";
import { RECURSION_DEPTH_MAX } from "../limits.ts";
import { decimalBytes } from "./decimal.ts";

/** Up to this many characters, ASCII text takes one length byte and is copied faster by a loop than by a call. */
const SHORT_TEXT_CHARACTERS_MAX = 63;
const UINT32_MAX = 0xffff_ffff;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Thrown when a value does not fit; the caller then looks for the place. One object: nothing is allocated. */
export const MISMATCH = new Error("the value does not fit the schema");

/** Writes Avro primitives. Methods named after checked types throw {@link MISMATCH} for values out of range. */
export class AvroOutput extends PayloadOutput {
  #depth = 0;

  override begin(): void {
    super.begin();
    this.#depth = 0;
  }

  refuse(): never {
    throw MISMATCH;
  }

  enter(): void {
    if (++this.#depth > RECURSION_DEPTH_MAX) throw MISMATCH;
  }

  leave(): void {
    this.#depth--;
  }

  writeInt(value: number): void {
    this.writeVarint((value << 1) ^ (value >> 31));
  }

  writeLong(value: bigint): void {
    LONG[0] = value;
    if (LONG[0] !== value) throw MISMATCH;
    this.#writeZigzag(WORDS[LOW]!, WORDS[HIGH]!);
  }

  writeSafeLong(value: number): void {
    if ((value | 0) === value) {
      this.writeInt(value);
      return;
    }
    if (!Number.isSafeInteger(value)) throw MISMATCH;
    this.#writeZigzag(value | 0, Math.floor(value / TWO_32));
  }

  writeFloat(value: number): void {
    const at = this.reserve(4);
    this.buffer.writeFloatLE(value, at);
  }

  writeString(value: string): void {
    const length = value.length;
    if (length > SHORT_TEXT_CHARACTERS_MAX) {
      this.#writeText(value);
      return;
    }
    const at = this.reserve(1 + length);
    const buffer = this.buffer;
    buffer[at] = length << 1;
    for (let index = 0; index < length; index++) {
      const code = value.charCodeAt(index);
      if (code > 0x7f) {
        this.position = at;
        this.#writeText(value);
        return;
      }
      buffer[at + 1 + index] = code;
    }
  }

  writeUuid(value: string): void {
    if (!UUID.test(value)) throw MISMATCH;
    this.writeString(value);
  }

  writeBytes(value: Uint8Array): void {
    this.writeSafeLong(value.length);
    this.writeRaw(value);
  }

  writeDecimal(value: unknown, precision: number, scale: number): void {
    const bytes = decimalBytes(value, precision, scale);
    if (bytes === undefined) throw MISMATCH;
    this.writeBytes(bytes);
  }

  writeFixedDecimal(value: unknown, precision: number, scale: number, sizeBytes: number): void {
    const bytes = decimalBytes(value, precision, scale, sizeBytes);
    if (bytes === undefined) throw MISMATCH;
    this.writeRaw(bytes);
  }

  writeDuration(value: unknown): void {
    if (typeof value !== "object" || value === null) throw MISMATCH;
    const { months, days, milliseconds } = value as Record<string, unknown>;
    for (const part of [months, days, milliseconds]) {
      if (!Number.isInteger(part) || (part as number) < 0 || (part as number) > UINT32_MAX) throw MISMATCH;
      const at = this.reserve(4);
      this.buffer.writeUInt32LE(part as number, at);
    }
  }

  #writeText(value: string): void {
    const bytes = Buffer.byteLength(value);
    this.writeSafeLong(bytes);
    const at = this.reserve(bytes);
    this.buffer.write(value, at, bytes, "utf8");
  }

  #writeZigzag(low: number, high: number): void {
    const sign = high >> 31;
    this.writeVarintWords((low << 1) ^ sign, ((high << 1) | (low >>> 31)) ^ sign);
  }
}
