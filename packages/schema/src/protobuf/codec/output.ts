import { PayloadOutput } from "../../codec/payload-output.ts";
import { HIGH, LONG, LOW, WORDS } from "../../codec/words.ts";
import { UNUSUAL } from "./unusual.ts";

/** Up to this many characters, ASCII text is copied faster by a loop than by a call. */
const SHORT_TEXT_CHARACTERS_MAX = 63;

/** A field that a message keeps although its schema does not know it. */
export interface UnknownField {
  readonly no: number;
  readonly wireType: number;
  readonly data: Uint8Array;
}

/**
 * Writes Protobuf values, without tags. The methods take what its user gave and throw {@link UNUSUAL} for everything
 * but the type that protobuf-es declares for it.
 */
export class ProtobufOutput extends PayloadOutput {
  refuse(): never {
    throw UNUSUAL;
  }

  writeBool(value: unknown): void {
    if (typeof value !== "boolean") throw UNUSUAL;
    this.writeByte(value ? 1 : 0);
  }

  writeInt32(value: number): void {
    if ((value | 0) !== value) throw UNUSUAL;
    if (value >= 0) this.writeVarint(value);
    else this.writeVarintWords(value, -1);
  }

  writeUint32(value: number): void {
    if (value >>> 0 !== value) throw UNUSUAL;
    this.writeVarint(value);
  }

  writeSint32(value: number): void {
    if ((value | 0) !== value) throw UNUSUAL;
    this.writeVarint((value << 1) ^ (value >> 31));
  }

  writeFixed32(value: number): void {
    if (value >>> 0 !== value) throw UNUSUAL;
    const at = this.reserve(4);
    this.buffer.writeUInt32LE(value, at);
  }

  writeSfixed32(value: number): void {
    if ((value | 0) !== value) throw UNUSUAL;
    const at = this.reserve(4);
    this.buffer.writeInt32LE(value, at);
  }

  writeInt64(value: bigint): void {
    splitSigned(value);
    this.writeVarintWords(WORDS[LOW]!, WORDS[HIGH]!);
  }

  writeUint64(value: bigint): void {
    splitUnsigned(value);
    this.writeVarintWords(WORDS[LOW]!, WORDS[HIGH]!);
  }

  writeSint64(value: bigint): void {
    splitSigned(value);
    const low = WORDS[LOW]!;
    const high = WORDS[HIGH]!;
    const sign = high >> 31;
    this.writeVarintWords((low << 1) ^ sign, ((high << 1) | (low >>> 31)) ^ sign);
  }

  writeFixed64(value: bigint): void {
    splitUnsigned(value);
    this.#writeWords();
  }

  writeSfixed64(value: bigint): void {
    splitSigned(value);
    this.#writeWords();
  }

  writeFloat(value: unknown): void {
    if (typeof value !== "number") throw UNUSUAL;
    if (Number.isFinite(value) && !Number.isFinite(Math.fround(value))) throw UNUSUAL;
    const at = this.reserve(4);
    this.buffer.writeFloatLE(value, at);
  }

  override writeDouble(value: unknown): void {
    if (typeof value !== "number") throw UNUSUAL;
    super.writeDouble(value);
  }

  writeString(value: unknown): void {
    if (typeof value !== "string") throw UNUSUAL;
    const length = value.length;
    if (length > SHORT_TEXT_CHARACTERS_MAX) {
      this.#writeText(value);
      return;
    }
    const at = this.reserve(1 + length);
    const buffer = this.buffer;
    buffer[at] = length;
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

  writeBytes(value: unknown): void {
    if (!(value instanceof Uint8Array)) throw UNUSUAL;
    this.writeVarint(value.length);
    this.writeRaw(value);
  }

  writeUnknown(fields: readonly UnknownField[]): void {
    for (const { no, wireType, data } of fields) {
      this.writeVarint((no << 3) | wireType);
      this.writeRaw(data);
    }
  }

  /** Leaves a byte for the length of what follows; to be given to {@link join} behind it. */
  fork(): number {
    this.reserve(1);
    return this.size;
  }

  /** Writes the length of all that was written since {@link fork}, which is moved when that takes more bytes. */
  join(fork: number): void {
    const length = this.size - fork;
    if (length < 0x80) {
      this.buffer[this.position - length - 1] = length;
      return;
    }
    this.reserve(varintBytes(length) - 1);
    const end = this.position;
    const start = end - this.size + fork;
    this.buffer.copyWithin(end - length, start, start + length);
    this.position = start - 1;
    this.writeVarint(length);
    this.position = end;
  }

  #writeText(value: string): void {
    const bytes = Buffer.byteLength(value);
    this.writeVarint(bytes);
    const at = this.reserve(bytes);
    this.buffer.write(value, at, bytes, "utf8");
  }

  #writeWords(): void {
    const at = this.reserve(8);
    this.buffer.writeInt32LE(WORDS[LOW]!, at);
    this.buffer.writeInt32LE(WORDS[HIGH]!, at + 4);
  }
}

function splitSigned(value: bigint): void {
  LONG[0] = value;
  if (LONG[0] !== value) throw UNUSUAL;
}

function splitUnsigned(value: bigint): void {
  LONG[0] = value;
  if (BigInt.asUintN(64, LONG[0]!) !== value) throw UNUSUAL;
}

function varintBytes(value: number): number {
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  return value < 0x1000_0000 ? 4 : 5;
}
