import { readShortAscii } from "../../codec/text.ts";
import { HIGH, LONG, LOW, TWO_32, WORDS } from "../../codec/words.ts";
import { SchemaError } from "../../schema-error.ts";
import { RECURSION_DEPTH_MAX, ZERO_WIDTH_ITEMS_MAX } from "../limits.ts";
import { type Decimal, unscaledValue } from "./decimal.ts";

/** The words beyond which a long is not exact as a number: 2^53 / 2^32. */
const SAFE_HIGH = 2 ** 21;
const DATE_MILLIS_MAX = 8.64e15;

const NOTHING = Buffer.alloc(0);

/** Thrown when bytes do not decode; the caller then looks for the place. One object: nothing is allocated. */
export const MALFORMED = new Error("the payload does not decode");

/**
 * Reads Avro primitives from a window of a buffer, throwing {@link MALFORMED} for everything that is not Avro or
 * would allocate more than the window can justify.
 */
export class AvroInput {
  #buffer: Buffer = NOTHING;
  #position = 0;
  #end = 0;
  #depth = 0;
  #zeroWidthItems = 0;
  /** Where the block that was begun last has to end; -1 where its writer did not say. */
  blockEnd = -1;

  begin(buffer: Buffer, position: number, end: number): void {
    this.#buffer = buffer;
    this.#position = position;
    this.#end = Math.min(end, buffer.length);
    this.#depth = 0;
    this.#zeroWidthItems = 0;
  }

  /** Checks that nothing is left, and lets go of the buffer. */
  finish(): void {
    if (this.#position !== this.#end) throw MALFORMED;
    this.#buffer = NOTHING;
  }

  /** Where reading stands, for {@link reset}. */
  mark(): number {
    return this.#position;
  }

  reset(mark: number): void {
    this.#position = mark;
  }

  enter(): void {
    if (++this.#depth > RECURSION_DEPTH_MAX) throw MALFORMED;
  }

  leave(): void {
    this.#depth--;
  }

  /** Data that is sound but that the reader's schema cannot take. */
  refuse(message: string, path: string): never {
    throw new SchemaError("INVALID_PAYLOAD", message, { path });
  }

  readBoolean(): boolean {
    const byte = this.#buffer[this.#advance(1)]!;
    if (byte > 1) throw MALFORMED;
    return byte === 1;
  }

  readInt(): number {
    let zigzag = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#buffer[this.#advance(1)]!;
      if (shift === 28 && byte > 0x0f) break;
      zigzag |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (zigzag >>> 1) ^ -(zigzag & 1);
    }
    throw MALFORMED;
  }

  readLong(): bigint {
    this.#readWords();
    return LONG[0]!;
  }

  /** A long as a number, refused beyond 2^53. `path` is for the message. */
  readSafeLong(path: string): number {
    const value = this.readNearestLong();
    if (!Number.isSafeInteger(value)) this.refuse("the long is beyond 2^53: read the field as bigint", path);
    return value;
  }

  /** The number nearest to a long: what a reader of `float` or `double` takes. */
  readNearestLong(): number {
    this.#readWords();
    const high = WORDS[HIGH]!;
    if (high >= -SAFE_HIGH && high < SAFE_HIGH) return high * TWO_32 + (WORDS[LOW]! >>> 0);
    return Number(LONG[0]);
  }

  readFloat(): number {
    const at = this.#advance(4);
    return this.#buffer.readFloatLE(at);
  }

  readDouble(): number {
    const at = this.#advance(8);
    return this.#buffer.readDoubleLE(at);
  }

  readString(): string {
    const length = this.#readLength();
    const start = this.#advance(length);
    const end = start + length;
    return readShortAscii(this.#buffer, start, end) ?? this.#buffer.toString("utf8", start, end);
  }

  readBytes(): Uint8Array {
    return this.readFixed(this.#readLength());
  }

  /** A copy: views would keep whole fetch buffers alive, and change with them. */
  readFixed(length: number): Uint8Array {
    const start = this.#advance(length);
    const copy = new Uint8Array(length);
    copy.set(this.#buffer.subarray(start, start + length));
    return copy;
  }

  readDate(path: string): Date {
    const millis = this.readNearestLong();
    if (millis > DATE_MILLIS_MAX || millis < -DATE_MILLIS_MAX) {
      this.refuse(`the timestamp of ${millis} ms is beyond what Date can hold`, path);
    }
    return new Date(millis);
  }

  readDecimal(scale: number): Decimal {
    return this.readFixedDecimal(scale, this.#readLength());
  }

  readFixedDecimal(scale: number, length: number): Decimal {
    const start = this.#advance(length);
    return { unscaled: unscaledValue(this.#buffer.subarray(start, start + length)), scale };
  }

  readDuration(): { months: number; days: number; milliseconds: number } {
    const at = this.#advance(12);
    const buffer = this.#buffer;
    return {
      months: buffer.readUInt32LE(at),
      days: buffer.readUInt32LE(at + 4),
      milliseconds: buffer.readUInt32LE(at + 8),
    };
  }

  /** The index of an enum symbol or union branch, below `count`. */
  readIndex(count: number): number {
    const index = this.readInt();
    if (index < 0 || index >= count) throw MALFORMED;
    return index;
  }

  /** The number of items in the next block of an array or map, each of at least `itemBytesMin` bytes; 0 ends it. */
  readBlock(itemBytesMin: number): number {
    let count = this.readNearestLong();
    this.blockEnd = -1;
    if (count < 0) {
      count = -count;
      const size = this.#readLength();
      this.blockEnd = this.#position + size;
    }
    if (itemBytesMin > 0) {
      if (count * itemBytesMin > this.#end - this.#position) throw MALFORMED;
    } else {
      this.#zeroWidthItems += count;
      if (this.#zeroWidthItems > ZERO_WIDTH_ITEMS_MAX) throw MALFORMED;
    }
    return count;
  }

  /** Checks that a block ended where its writer said. */
  endBlock(blockEnd: number): void {
    if (blockEnd >= 0 && this.#position !== blockEnd) throw MALFORMED;
  }

  skip(bytes: number): void {
    this.#advance(bytes);
  }

  skipLong(): void {
    this.#readWords();
  }

  skipBytes(): void {
    this.#advance(this.#readLength());
  }

  #readLength(): number {
    const first = this.#buffer[this.#position]!;
    if (first < 0x80 && (first & 1) === 0 && this.#position < this.#end) {
      this.#position++;
      return first >>> 1;
    }
    const length = this.readNearestLong();
    if (length < 0) throw MALFORMED;
    return length;
  }

  /** Leaves a long in {@link LONG}. */
  #readWords(): void {
    let low = 0;
    let high = 0;
    for (let count = 0; ; count++) {
      const byte = this.#buffer[this.#advance(1)]!;
      const bits = byte & 0x7f;
      if (count < 4) low |= bits << (count * 7);
      else if (count === 4) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (count * 7 - 32);
      if (count === 9 && byte > 1) throw MALFORMED;
      if (byte < 0x80) break;
    }
    const sign = -(low & 1);
    WORDS[LOW] = ((low >>> 1) | (high << 31)) ^ sign;
    WORDS[HIGH] = (high >>> 1) ^ sign;
  }

  #advance(bytes: number): number {
    const at = this.#position;
    if (bytes > this.#end - at) throw MALFORMED;
    this.#position = at + bytes;
    return at;
  }
}
