import { WireError } from "./wire-error.ts";

const UVARINT32_BYTES_MAX = 5;
const UVARINT64_BYTES_MAX = 10;

/**
 * Reads big-endian Kafka primitives from a window of a buffer.
 *
 * Nothing is copied: byte strings are views of the underlying buffer. Every read checks that the window still
 * holds what is asked for, and every count is checked against the bytes left, before anything is allocated.
 * All methods throw {@link WireError} (`TRUNCATED` or `MALFORMED`) on bad input.
 */
export class Reader {
  readonly buffer: Buffer;
  /** The index of the next byte to read, in `buffer`. */
  position: number;
  /** The index behind the last readable byte, in `buffer`. */
  readonly end: number;
  readonly #elementsMax: number;
  #elementCount = 0;

  /** At most `elementsMax` elements are read in all lists together; default without limit. */
  constructor(buffer: Buffer, start = 0, end = buffer.length, elementsMax = Number.POSITIVE_INFINITY) {
    this.buffer = buffer;
    this.position = start;
    this.end = end;
    this.#elementsMax = elementsMax;
  }

  /** How many list elements were announced so far. In memory each takes many times its bytes. */
  get elementCount(): number {
    return this.#elementCount;
  }

  /** How many bytes are left in the window. */
  get remaining(): number {
    return this.end - this.position;
  }

  int8(): number {
    const at = this.#advance(1);
    return this.buffer.readInt8(at);
  }

  uint8(): number {
    const at = this.#advance(1);
    return this.buffer[at]!;
  }

  bool(): boolean {
    return this.int8() !== 0;
  }

  int16(): number {
    const at = this.#advance(2);
    return this.buffer.readInt16BE(at);
  }

  uint16(): number {
    const at = this.#advance(2);
    return this.buffer.readUInt16BE(at);
  }

  int32(): number {
    const at = this.#advance(4);
    return this.buffer.readInt32BE(at);
  }

  uint32(): number {
    const at = this.#advance(4);
    return this.buffer.readUInt32BE(at);
  }

  int64(): bigint {
    const at = this.#advance(8);
    return this.buffer.readBigInt64BE(at);
  }

  float64(): number {
    const at = this.#advance(8);
    return this.buffer.readDoubleBE(at);
  }

  /** A UUID in its 36-character text form. */
  uuid(): string {
    const at = this.#advance(16);
    const hex = this.buffer.toString("hex", at, at + 16);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  /** An unsigned varint of at most 32 bits. */
  uvarint(): number {
    let value = 0;
    let shift = 0;
    for (let count = 0; count < UVARINT32_BYTES_MAX; count++) {
      const byte = this.buffer[this.#advance(1)]!;
      if (count === UVARINT32_BYTES_MAX - 1 && byte > 0x0f) break;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
      shift += 7;
    }
    throw new WireError("MALFORMED", `varint at byte ${this.position} is longer than 32 bits`);
  }

  /** A zigzag varint of at most 32 bits. */
  varint(): number {
    const value = this.uvarint();
    return (value >>> 1) ^ -(value & 1);
  }

  /** A zigzag varint of at most 64 bits. Bytes are gathered in two 32-bit halves, one BigInt is made at the end. */
  varlong(): bigint {
    let low = 0;
    let high = 0;
    for (let count = 0; count < UVARINT64_BYTES_MAX; count++) {
      const byte = this.buffer[this.#advance(1)]!;
      if (count === UVARINT64_BYTES_MAX - 1 && byte > 1) break;
      const bits = byte & 0x7f;
      if (count < 4) low |= bits << (count * 7);
      else if (count === 4) {
        low |= bits << 28;
        high |= bits >>> 4;
      } else high |= bits << (count * 7 - 32);
      if (byte < 0x80) {
        const raw = (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
        return (raw >> 1n) ^ -(raw & 1n);
      }
    }
    throw new WireError("MALFORMED", `varlong at byte ${this.position} is longer than 64 bits`);
  }

  /** A view of the next `length` bytes. */
  slice(length: number): Buffer {
    if (length < 0) throw new WireError("MALFORMED", `negative length ${length} at byte ${this.position}`);
    const at = this.#advance(length);
    return this.buffer.subarray(at, at + length);
  }

  /** The next `length` bytes as UTF-8 text. */
  utf8(length: number): string {
    if (length < 0) throw new WireError("MALFORMED", `negative length ${length} at byte ${this.position}`);
    const at = this.#advance(length);
    return this.buffer.toString("utf8", at, at + length);
  }

  skip(length: number): void {
    if (length < 0) throw new WireError("MALFORMED", `negative length ${length} at byte ${this.position}`);
    this.#advance(length);
  }

  /**
   * Checks an element count before anything is allocated for it: `count` elements of at least
   * `elementBytesMin` bytes must fit into what is left of the window. Throws `TOO_LARGE` when the lists that were read
   * have more elements than this reader allows.
   */
  checkCount(count: number, elementBytesMin = 1): number {
    if (count < 0 || count * Math.max(1, elementBytesMin) > this.remaining) {
      throw new WireError(
        "MALFORMED",
        `count ${count} at byte ${this.position} cannot fit in the ${this.remaining} bytes left`,
      );
    }
    this.#elementCount += count;
    if (this.#elementCount > this.#elementsMax) {
      throw new WireError("TOO_LARGE", `${this.#elementCount} elements, ${this.#elementsMax} are allowed`);
    }
    return count;
  }

  #advance(length: number): number {
    const at = this.position;
    if (length > this.end - at) {
      throw new WireError("TRUNCATED", `needs ${length} bytes at byte ${at}, ${this.end - at} are left`);
    }
    this.position = at + length;
    return at;
  }
}
