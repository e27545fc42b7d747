import { RECURSION_DEPTH_MAX } from "../limits.ts";
import { decimalBytes } from "./decimal.ts";
import { HIGH, LONG, LOW, TWO_32, WORDS } from "./words.ts";

/** Payloads are written one behind the other into slabs of this size, so that small ones share an allocation. */
const SLAB_BYTES = 64 * 1024;
/** Up to this many characters, ASCII text takes one length byte and is copied faster by a loop than by a call. */
const SHORT_TEXT_CHARACTERS_MAX = 63;
const UINT32_MAX = 0xffff_ffff;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Thrown when a value does not fit; the caller then looks for the place. One object: nothing is allocated. */
export const MISMATCH = new Error("the value does not fit the schema");

/** Writes Avro primitives. Methods named after checked types throw {@link MISMATCH} for values out of range. */
export class AvroOutput {
  #buffer: Buffer = Buffer.alloc(0);
  #start = 0;
  #position = 0;
  #depth = 0;

  /** Begins a payload. What was written and not finished is dropped. */
  begin(): void {
    if (this.#buffer.length - this.#start < SLAB_BYTES / 16) {
      this.#buffer = Buffer.allocUnsafeSlow(SLAB_BYTES);
      this.#start = 0;
    }
    this.#position = this.#start;
    this.#depth = 0;
  }

  /** How many bytes have been written since {@link begin}. */
  get size(): number {
    return this.#position - this.#start;
  }

  /** The payload, which nobody else will ever write to. It keeps its slab alive. */
  finish(): Buffer {
    const payload = this.#buffer.subarray(this.#start, this.#position);
    this.#start = this.#position;
    return payload;
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

  writeByte(value: number): void {
    const at = this.#reserve(1);
    this.#buffer[at] = value;
  }

  /** The 5-byte header of Confluent framing. */
  writeSchemaId(id: number): void {
    const at = this.#reserve(5);
    this.#buffer[at] = 0;
    this.#buffer.writeUInt32BE(id, at + 1);
  }

  writeInt(value: number): void {
    this.#writeVarint32((value << 1) ^ (value >> 31));
  }

  writeLong(value: bigint): void {
    LONG[0] = value;
    if (LONG[0] !== value) throw MISMATCH;
    this.#writeWords(WORDS[LOW]!, WORDS[HIGH]!);
  }

  writeSafeLong(value: number): void {
    if ((value | 0) === value) {
      this.writeInt(value);
      return;
    }
    if (!Number.isSafeInteger(value)) throw MISMATCH;
    this.#writeWords(value | 0, Math.floor(value / TWO_32));
  }

  writeFloat(value: number): void {
    const at = this.#reserve(4);
    this.#buffer.writeFloatLE(value, at);
  }

  writeDouble(value: number): void {
    const at = this.#reserve(8);
    this.#buffer.writeDoubleLE(value, at);
  }

  writeString(value: string): void {
    const length = value.length;
    if (length > SHORT_TEXT_CHARACTERS_MAX) {
      this.#writeText(value);
      return;
    }
    const at = this.#reserve(1 + length);
    const buffer = this.#buffer;
    buffer[at] = length << 1;
    for (let index = 0; index < length; index++) {
      const code = value.charCodeAt(index);
      if (code > 0x7f) {
        this.#position = at;
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

  /** Bytes without a length in front. */
  writeRaw(value: Uint8Array): void {
    const at = this.#reserve(value.length);
    this.#buffer.set(value, at);
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
      const at = this.#reserve(4);
      this.#buffer.writeUInt32LE(part as number, at);
    }
  }

  #writeText(value: string): void {
    const bytes = Buffer.byteLength(value);
    this.writeSafeLong(bytes);
    const at = this.#reserve(bytes);
    this.#buffer.write(value, at, bytes, "utf8");
  }

  #writeVarint32(zigzag: number): void {
    let at = this.#reserve(5);
    const buffer = this.#buffer;
    let rest = zigzag >>> 0;
    while (rest > 0x7f) {
      buffer[at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    buffer[at++] = rest;
    this.#position = at;
  }

  #writeWords(low: number, high: number): void {
    const sign = high >> 31;
    let restLow = ((low << 1) ^ sign) >>> 0;
    let restHigh = (((high << 1) | (low >>> 31)) ^ sign) >>> 0;
    let at = this.#reserve(10);
    const buffer = this.#buffer;
    while (restHigh !== 0) {
      buffer[at++] = (restLow & 0x7f) | 0x80;
      restLow = ((restLow >>> 7) | (restHigh << 25)) >>> 0;
      restHigh >>>= 7;
    }
    while (restLow > 0x7f) {
      buffer[at++] = (restLow & 0x7f) | 0x80;
      restLow >>>= 7;
    }
    buffer[at++] = restLow;
    this.#position = at;
  }

  #reserve(bytes: number): number {
    const at = this.#position;
    if (at + bytes > this.#buffer.length) return this.#grow(bytes);
    this.#position = at + bytes;
    return at;
  }

  /** Moves the unfinished payload into a new slab of at least twice its size. */
  #grow(bytes: number): number {
    const written = this.#position - this.#start;
    const slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, 2 * (written + bytes)));
    this.#buffer.copy(slab, 0, this.#start, this.#position);
    this.#buffer = slab;
    this.#start = 0;
    this.#position = written + bytes;
    return written;
  }
}
