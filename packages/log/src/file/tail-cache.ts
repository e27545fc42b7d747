import type { Segment } from "./segment.ts";

const SLAB_BYTES_MIN = 16 * 1024;
const SLAB_BYTES_MAX = 1024 * 1024;

/** A stretch of a segment in memory. Its bytes are written once and never change, so readers may keep views of them. */
interface Slab {
  readonly owner: TailCache;
  readonly segment: Segment;
  readonly position: number;
  readonly buffer: Buffer<ArrayBuffer>;
  sizeBytes: number;
  /** The offset behind the last record in it. */
  endOffset: number;
  /** Whether a reader was given a view of it, which may be in use for as long as a socket takes to send it. */
  isShared: boolean;
}

/** What all tail caches of an engine may hold together; the oldest slabs go first, whosever they are. */
export class TailBudget {
  readonly #limitBytes: number;
  readonly #slabs = new Set<Slab>();
  #bytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  add(slab: Slab): void {
    this.#slabs.add(slab);
    this.#bytes += slab.buffer.length;
    for (const oldest of this.#slabs) {
      if (this.#bytes <= this.#limitBytes) return;
      // In this order, for a freed buffer has no length any more.
      this.remove(oldest);
      oldest.owner.forget(oldest);
    }
  }

  remove(slab: Slab): void {
    if (this.#slabs.delete(slab)) this.#bytes -= slab.buffer.length;
  }
}

/**
 * The most recent bytes of a log. Appended batches are copied here once: the producer's buffer is free again, the
 * disk gets few large buffers instead of many small ones, and live consumers are served without touching the disk.
 */
export class TailCache {
  readonly #budget: TailBudget;
  #slabs: Slab[] = [];
  /** Everything below it is written, so that no write refers to it. */
  #writtenEnd = 0;

  constructor(budget: TailBudget) {
    this.#budget = budget;
  }

  /** Copies `batch`, which ends before `endOffset` and goes to `position` of `segment`; returns the copy. */
  append(batch: Buffer, segment: Segment, position: number, endOffset: number): Buffer {
    let slab = this.#slabs.at(-1);
    if (
      slab === undefined ||
      slab.segment !== segment ||
      slab.position + slab.sizeBytes !== position ||
      slab.sizeBytes + batch.length > slab.buffer.length
    ) {
      slab = this.#open(batch.length, segment, position, slab?.buffer.length ?? 0);
    }
    const start = slab.sizeBytes;
    slab.sizeBytes += batch.length;
    slab.endOffset = endOffset;
    const copy = slab.buffer.subarray(start, slab.sizeBytes);
    batch.copy(copy);
    return copy;
  }

  /** The bytes in memory from `position` of `segment` on, as far as one slab has them; undefined when it has none. */
  find(segment: Segment, position: number): Buffer | undefined {
    for (let index = this.#slabs.length - 1; index >= 0; index--) {
      const slab = this.#slabs[index]!;
      if (slab.segment !== segment) continue;
      const start = position - slab.position;
      if (start < 0) continue;
      if (start >= slab.sizeBytes) return undefined;
      slab.isShared = true;
      return slab.buffer.subarray(start, slab.sizeBytes);
    }
    return undefined;
  }

  /** Everything before `endOffset` is on the disk, and its writes are over. */
  written(endOffset: number): void {
    this.#writtenEnd = endOffset;
  }

  /**
   * Lets go of the slab, and frees its memory at once where nothing can refer to it: buffers lie outside the heap, which
   * V8 collects as a whole after every few tens of megabytes of them.
   */
  forget(slab: Slab): void {
    this.#slabs = this.#slabs.filter((other) => other !== slab);
    if (!slab.isShared && slab.endOffset <= this.#writtenEnd) slab.buffer.buffer.transfer(0);
  }

  clear(): void {
    for (const slab of this.#slabs) this.#budget.remove(slab);
    this.#slabs = [];
  }

  /** Slabs double, so that a log with few records costs little. */
  #open(batchBytes: number, segment: Segment, position: number, previousBytes: number): Slab {
    const grown = Math.min(SLAB_BYTES_MAX, Math.max(SLAB_BYTES_MIN, previousBytes * 2));
    const buffer = Buffer.allocUnsafeSlow(Math.max(batchBytes, grown)) as Buffer<ArrayBuffer>;
    const endOffset = Number.MAX_SAFE_INTEGER;
    const slab = { owner: this, segment, position, buffer, sizeBytes: 0, endOffset, isShared: false };
    this.#slabs.push(slab);
    this.#budget.add(slab);
    return slab;
  }
}
