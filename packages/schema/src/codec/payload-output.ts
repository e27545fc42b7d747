/** Payloads are written one behind the other into slabs of this size, so that small ones share an allocation. */
const SLAB_BYTES = 64 * 1024;

/** Where encoders write payloads, one after the other. What formats add are their own primitives. */
export class PayloadOutput {
  protected buffer: Buffer = Buffer.alloc(0);
  protected position = 0;
  #start = 0;

  /** Begins a payload. What was written and not finished is dropped. */
  begin(): void {
    if (this.buffer.length - this.#start < SLAB_BYTES / 16) {
      this.buffer = Buffer.allocUnsafeSlow(SLAB_BYTES);
      this.#start = 0;
    }
    this.position = this.#start;
  }

  /** How many bytes have been written since {@link begin}. */
  get size(): number {
    return this.position - this.#start;
  }

  /** The payload, which nobody else will ever write to. It keeps its slab alive. */
  finish(): Buffer {
    const payload = this.buffer.subarray(this.#start, this.position);
    this.#start = this.position;
    return payload;
  }

  writeByte(value: number): void {
    const at = this.reserve(1);
    this.buffer[at] = value;
  }

  /** The 5-byte header of Confluent framing. */
  writeSchemaId(id: number): void {
    const at = this.reserve(5);
    this.buffer[at] = 0;
    this.buffer.writeUInt32BE(id, at + 1);
  }

  /** 32 bits, taken as unsigned, seven to a byte. */
  writeVarint(value: number): void {
    let at = this.reserve(5);
    const buffer = this.buffer;
    let rest = value >>> 0;
    while (rest > 0x7f) {
      buffer[at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    buffer[at++] = rest;
    this.position = at;
  }

  /** 64 bits in two words, taken as unsigned, seven to a byte. */
  writeVarintWords(low: number, high: number): void {
    let restLow = low >>> 0;
    let restHigh = high >>> 0;
    let at = this.reserve(10);
    const buffer = this.buffer;
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
    this.position = at;
  }

  writeDouble(value: number): void {
    const at = this.reserve(8);
    this.buffer.writeDoubleLE(value, at);
  }

  /** Bytes without a length in front. */
  writeRaw(value: Uint8Array): void {
    const at = this.reserve(value.length);
    this.buffer.set(value, at);
  }

  /** Makes room for bytes behind the position, steps over it and gives where it begins. */
  protected reserve(bytes: number): number {
    const at = this.position;
    if (at + bytes > this.buffer.length) return this.#grow(bytes);
    this.position = at + bytes;
    return at;
  }

  /** Moves the unfinished payload into a new slab of at least twice its size. */
  #grow(bytes: number): number {
    const written = this.position - this.#start;
    const slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, 2 * (written + bytes)));
    this.buffer.copy(slab, 0, this.#start, this.position);
    this.buffer = slab;
    this.#start = 0;
    this.position = written + bytes;
    return written;
  }
}
