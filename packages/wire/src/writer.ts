import { WireError } from "./wire-error.ts";

const CAPACITY_DEFAULT_BYTES = 256;
/** Byte strings up to this size are copied; larger ones become chunks of their own, by reference. */
const COPY_BYTES_MAX = 4096;
const HEX_UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * Writes big-endian Kafka primitives into a growing list of chunks.
 *
 * Large byte strings are taken by reference, so that record batches pass through without a copy: their
 * memory must not change until the chunks have left the process.
 */
export class Writer {
  #buffer: Buffer;
  /** Where the chunk that is being written starts, in `#buffer`. */
  #start = 0;
  #position = 0;
  #chunks: Buffer[] = [];
  #chunkBytes = 0;

  constructor(capacityBytes = CAPACITY_DEFAULT_BYTES) {
    this.#buffer = Buffer.allocUnsafe(capacityBytes);
  }

  /** How many bytes have been written. */
  get size(): number {
    return this.#chunkBytes + this.#position - this.#start;
  }

  int8(value: number): void {
    const at = this.#reserve(1);
    this.#buffer[at] = value & 0xff;
  }

  bool(value: boolean): void {
    this.int8(value ? 1 : 0);
  }

  int16(value: number): void {
    const at = this.#reserve(2);
    this.#buffer[at] = (value >>> 8) & 0xff;
    this.#buffer[at + 1] = value & 0xff;
  }

  uint16(value: number): void {
    this.int16(value);
  }

  int32(value: number): void {
    const at = this.#reserve(4);
    this.#buffer.writeInt32BE(value | 0, at);
  }

  uint32(value: number): void {
    const at = this.#reserve(4);
    this.#buffer.writeUInt32BE(value >>> 0, at);
  }

  /** Throws `MALFORMED` for a value that 64 bits do not hold. */
  int64(value: bigint): void {
    const at = this.#reserve(8);
    try {
      this.#buffer.writeBigInt64BE(value, at);
    } catch (cause) {
      throw new WireError("MALFORMED", `${value} does not fit into 64 bits`, { cause });
    }
  }

  float64(value: number): void {
    const at = this.#reserve(8);
    this.#buffer.writeDoubleBE(value, at);
  }

  /** A UUID given in its 36-character text form. Throws `MALFORMED` for any other text. */
  uuid(value: string): void {
    if (!HEX_UUID.test(value)) throw new WireError("MALFORMED", `"${value}" is not a UUID`);
    const at = this.#reserve(16);
    this.#buffer.write(value.replaceAll("-", ""), at, "hex");
  }

  /** An unsigned varint of at most 32 bits. */
  uvarint(value: number): void {
    let at = this.#reserve(5);
    const buffer = this.#buffer;
    let rest = value >>> 0;
    while (rest > 0x7f) {
      buffer[at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    buffer[at++] = rest;
    this.#position = at;
  }

  /** A zigzag varint of at most 32 bits. */
  varint(value: number): void {
    this.uvarint((value << 1) ^ (value >> 31));
  }

  /** A zigzag varint of at most 64 bits. */
  varlong(value: bigint): void {
    const zigzag = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
    let low = Number(zigzag & 0xffffffffn);
    let high = Number(zigzag >> 32n);
    let at = this.#reserve(10);
    const buffer = this.#buffer;
    while (high !== 0 || low > 0x7f) {
      buffer[at++] = (low & 0x7f) | 0x80;
      low = ((low >>> 7) | ((high & 0x7f) << 25)) >>> 0;
      high >>>= 7;
    }
    buffer[at++] = low;
    this.#position = at;
  }

  /** UTF-8 text without a length in front. */
  utf8(value: string): void {
    const bytes = Buffer.byteLength(value);
    const at = this.#reserve(bytes);
    this.#buffer.write(value, at, bytes, "utf8");
  }

  /** Bytes without a length in front; large ones by reference. */
  bytes(value: Uint8Array): void {
    if (value.length <= COPY_BYTES_MAX) {
      const at = this.#reserve(value.length);
      this.#buffer.set(value, at);
      return;
    }
    this.#endChunk();
    this.#chunks.push(
      Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, value.length),
    );
    this.#chunkBytes += value.length;
  }

  /** Everything written so far, in order, without copying. The writer goes on behind it. */
  chunks(): Buffer[] {
    this.#endChunk();
    return this.#chunks;
  }

  /** Everything written so far as one buffer; copied only when there is more than one chunk. */
  toBuffer(): Buffer {
    const chunks = this.chunks();
    return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, this.#chunkBytes);
  }

  #endChunk(): void {
    if (this.#position === this.#start) return;
    this.#chunks.push(this.#buffer.subarray(this.#start, this.#position));
    this.#chunkBytes += this.#position - this.#start;
    this.#start = this.#position;
  }

  #reserve(length: number): number {
    const at = this.#position;
    if (at + length > this.#buffer.length) return this.#grow(length);
    this.#position = at + length;
    return at;
  }

  /** Moves the unfinished chunk into a larger buffer, so that growing costs amortised constant time per byte. */
  #grow(length: number): number {
    const pending = this.#position - this.#start;
    const larger = Buffer.allocUnsafe(Math.max((pending + length) * 2, this.#buffer.length * 2));
    this.#buffer.copy(larger, 0, this.#start, this.#position);
    this.#buffer = larger;
    this.#start = 0;
    this.#position = pending + length;
    return pending;
  }
}
