const POOLED_BYTES_MIN = 16 * 1024;
const POOLED_BYTES_MAX = 4 * 1024 * 1024;
const FREE_BYTES_MAX_DEFAULT = 8 * 1024 * 1024;

/**
 * The memory of disk reads. It lies outside the heap, and V8 collects the whole heap after every few tens of megabytes
 * of it: so whoever is done with a read gives its memory back, and the next read takes it.
 *
 * What is given back is transferred to another `ArrayBuffer` first. A view that is used too late is therefore empty:
 * it shows as an error, and never as another reader's bytes.
 */
export class ReadMemory {
  readonly #freeBytesMax: number;
  /** By size: powers of two. */
  readonly #free = new Map<number, ArrayBuffer[]>();
  #freeBytes = 0;

  /** At most `freeBytesMax` (default 8 MiB) are kept while nobody uses them. */
  constructor(freeBytesMax = FREE_BYTES_MAX_DEFAULT) {
    this.#freeBytesMax = freeBytesMax;
  }

  /** What is kept for the next reads. */
  get freeBytes(): number {
    return this.#freeBytes;
  }

  /** A buffer with any content. */
  take(bytes: number): Buffer {
    if (bytes < POOLED_BYTES_MIN || bytes > POOLED_BYTES_MAX) return Buffer.allocUnsafeSlow(bytes);
    const size = 2 ** Math.ceil(Math.log2(bytes));
    const memory = this.#free.get(size)?.pop();
    if (memory === undefined) return Buffer.allocUnsafeSlow(size).subarray(0, bytes);
    this.#freeBytes -= size;
    return Buffer.from(memory, 0, bytes);
  }

  /** Takes back what {@link take} gave, or a part of it that stands for the whole; it is empty from here on. */
  give(buffers: readonly Buffer[]): void {
    for (const { buffer } of buffers) this.#give(buffer as ArrayBuffer);
  }

  #give(buffer: ArrayBuffer): void {
    const size = buffer.byteLength;
    const isPooled =
      size >= POOLED_BYTES_MIN && size <= POOLED_BYTES_MAX && Number.isInteger(Math.log2(size));
    if (!isPooled || this.#freeBytes + size > this.#freeBytesMax) {
      buffer.transfer(0);
      return;
    }
    const sameSize = this.#free.get(size);
    const memory = buffer.transfer();
    if (sameSize === undefined) this.#free.set(size, [memory]);
    else sameSize.push(memory);
    this.#freeBytes += size;
  }
}
