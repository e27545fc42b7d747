import { isUtf8 } from "node:buffer";
import { readShortAscii } from "../../codec/text.ts";
import { HIGH, LONG, LOW, WORDS } from "../../codec/words.ts";
import { PAYLOAD_DEPTH_MAX } from "../limits.ts";
import type { UnknownField } from "./output.ts";
import { UNUSUAL } from "./unusual.ts";

const SMALL_INTEGERS: readonly bigint[] = Array.from({ length: 128 }, (_, value) => BigInt(value));
const NOTHING = Buffer.alloc(0);

/**
 * Reads Protobuf values, without tags, from a window of a buffer. Everything that is not as a writer of the schema
 * would have written it throws {@link UNUSUAL}.
 */
export class ProtobufInput {
  #buffer: Buffer = NOTHING;
  #position = 0;
  /** Where the message, map entry or packed field that is being read ends. */
  #limit = 0;
  #depth = 0;

  begin(buffer: Buffer, position: number, end: number): void {
    if (position > end || end > buffer.length) throw UNUSUAL;
    this.#buffer = buffer;
    this.#position = position;
    this.#limit = end;
    this.#depth = 1;
  }

  /** Lets go of the buffer. */
  finish(): void {
    this.#buffer = NOTHING;
  }

  refuse(): never {
    throw UNUSUAL;
  }

  /** Whether anything is left of what is being read. */
  hasMore(): boolean {
    return this.#position < this.#limit;
  }

  /** Enters a length-delimited window and gives the limit that {@link leave} is to set again. */
  enter(): number {
    const length = this.#readLength();
    const outer = this.#limit;
    if (length > outer - this.#position) throw UNUSUAL;
    this.#limit = this.#position + length;
    return outer;
  }

  leave(outer: number): void {
    if (this.#position !== this.#limit) throw UNUSUAL;
    this.#limit = outer;
  }

  /** As {@link enter}, one level of messages deeper. */
  enterMessage(): number {
    if (++this.#depth > PAYLOAD_DEPTH_MAX) throw UNUSUAL;
    return this.enter();
  }

  leaveMessage(outer: number): void {
    this.#depth--;
    this.leave(outer);
  }

  /** A group has no length: it ends with a tag. */
  enterGroup(): void {
    if (++this.#depth > PAYLOAD_DEPTH_MAX) throw UNUSUAL;
  }

  leaveGroup(): void {
    this.#depth--;
  }

  readTag(): number {
    const first = this.#buffer[this.#position]!;
    if (first > 0x7f || this.#position >= this.#limit) return this.#readLength();
    this.#position++;
    return first;
  }

  readBool(): boolean {
    const byte = this.#buffer[this.#advance(1)]!;
    if (byte > 0x7f) throw UNUSUAL;
    return byte !== 0;
  }

  readInt32(): number {
    return this.#readVarint32() | 0;
  }

  readUint32(): number {
    return this.#readVarint32() >>> 0;
  }

  readSint32(): number {
    const zigzag = this.#readVarint32();
    return (zigzag >>> 1) ^ -(zigzag & 1);
  }

  readFixed32(): number {
    const at = this.#advance(4);
    return this.#buffer.readUInt32LE(at);
  }

  readSfixed32(): number {
    const at = this.#advance(4);
    return this.#buffer.readInt32LE(at);
  }

  readInt64(): bigint {
    return this.#readSmall() ?? this.#readLong();
  }

  readUint64(): bigint {
    return this.#readSmall() ?? BigInt.asUintN(64, this.#readLong());
  }

  readSint64(): bigint {
    this.#readLong();
    const low = WORDS[LOW]!;
    const high = WORDS[HIGH]!;
    const sign = -(low & 1);
    WORDS[LOW] = ((low >>> 1) | (high << 31)) ^ sign;
    WORDS[HIGH] = (high >>> 1) ^ sign;
    return LONG[0]!;
  }

  readFixed64(): bigint {
    return BigInt.asUintN(64, this.readSfixed64());
  }

  readSfixed64(): bigint {
    const at = this.#advance(8);
    WORDS[LOW] = this.#buffer.readInt32LE(at);
    WORDS[HIGH] = this.#buffer.readInt32LE(at + 4);
    return LONG[0]!;
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
    return readShortAscii(this.#buffer, start, end) ?? this.#readText(start, end);
  }

  /** A copy: views would keep whole fetch buffers alive, and change with them. */
  readBytes(): Uint8Array {
    const length = this.#readLength();
    const start = this.#advance(length);
    return this.#copy(start, start + length);
  }

  /** Reads a field the schema does not know. `known` are the numbers it does: those have a foreign wire type here. */
  readUnknown(tag: number, known: ReadonlySet<number>): UnknownField {
    const [no, wireType] = [tag >>> 3, tag & 7];
    if (no === 0 || known.has(no)) throw UNUSUAL;
    const start = this.#position;
    if (wireType === 0) this.#readLong();
    else if (wireType === 1) this.#advance(8);
    else if (wireType === 2) this.#advance(this.#readLength());
    else if (wireType === 5) this.#advance(4);
    else throw UNUSUAL;
    return { no, wireType, data: this.#copy(start, this.#position) };
  }

  #readText(start: number, end: number): string {
    const text = this.#buffer.toString("utf8", start, end);
    // A replacement character may be the writer's own, or stand for bytes that are no text.
    if (text.includes("\ufffd") && !isUtf8(this.#buffer.subarray(start, end))) throw UNUSUAL;
    return text;
  }

  #copy(start: number, end: number): Uint8Array {
    const copy = new Uint8Array(end - start);
    copy.set(this.#buffer.subarray(start, end));
    return copy;
  }

  /** A tag or a length: a varint of up to five bytes that fits 32 bits. */
  #readLength(): number {
    const first = this.#buffer[this.#advance(1)]!;
    if (first <= 0x7f) return first;
    let value = first & 0x7f;
    for (let scale = 0x80; scale <= 0x1000_0000; scale *= 0x80) {
      const byte = this.#buffer[this.#advance(1)]!;
      value += (byte & 0x7f) * scale;
      if (byte > 0x7f) continue;
      if (value > 0xffff_ffff) throw UNUSUAL;
      return value;
    }
    throw UNUSUAL;
  }

  /** The lower 32 bits of a varint of up to ten bytes. */
  #readVarint32(): number {
    const first = this.#buffer[this.#advance(1)]!;
    if (first <= 0x7f) return first;
    let value = first & 0x7f;
    for (let count = 1; count < 10; count++) {
      const byte = this.#buffer[this.#advance(1)]!;
      if (count < 5) value |= (byte & 0x7f) << (7 * count);
      if (byte <= 0x7f) return value;
    }
    throw UNUSUAL;
  }

  /** A varint of one byte, without making a BigInt. */
  #readSmall(): bigint | undefined {
    const byte = this.#buffer[this.#position]!;
    if (byte > 0x7f || this.#position >= this.#limit) return undefined;
    this.#position++;
    return SMALL_INTEGERS[byte];
  }

  /** A varint of up to ten bytes, left in `LONG`. */
  #readLong(): bigint {
    let low = 0;
    let high = 0;
    for (let count = 0; count < 10; count++) {
      const byte = this.#buffer[this.#advance(1)]!;
      const bits = byte & 0x7f;
      if (count < 4) low |= bits << (7 * count);
      else if (count === 4) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (7 * count - 32);
      if (byte > 0x7f) continue;
      WORDS[LOW] = low;
      WORDS[HIGH] = high;
      return LONG[0]!;
    }
    throw UNUSUAL;
  }

  #advance(bytes: number): number {
    const at = this.#position;
    if (bytes > this.#limit - at) throw UNUSUAL;
    this.#position = at + bytes;
    return at;
  }
}
