const SLAB_BYTES_MIN = 16 * 1024;
const SLAB_BYTES_MAX = 1024 * 1024;

/** A batch in memory. Its bytes never change, so readers may keep views of them. */
export interface CachedBatch {
  readonly owner: TailCache;
  readonly baseOffset: number;
  readonly endOffset: number;
  readonly bytes: Buffer;
}

/** What all tail caches of an engine may hold together; the oldest batches go first, whosever they are. */
export class TailBudget {
  readonly #limitBytes: number;
  readonly #batches = new Set<CachedBatch>();
  #bytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  add(batch: CachedBatch): void {
    this.#batches.add(batch);
    this.#bytes += batch.bytes.length;
    for (const oldest of this.#batches) {
      if (this.#bytes <= this.#limitBytes) return;
      this.remove(oldest);
      oldest.owner.dropOldest();
    }
  }

  remove(batch: CachedBatch): void {
    if (this.#batches.delete(batch)) this.#bytes -= batch.bytes.length;
  }
}

/** The most recent batches of a log, so that live consumers are served without asking the stream. */
export class TailCache {
  readonly #budget: TailBudget;
  /** In offset order, without a hole. */
  #batches: CachedBatch[] = [];
  #first = 0;
  /** Where the next batch is copied to; doubles, so that a log with few records costs little. */
  #slab = Buffer.alloc(0);
  #slabBytes = 0;

  constructor(budget: TailBudget) {
    this.#budget = budget;
  }

  /** A copy of `batch` that lies with others in one large buffer, for many small ones cost the collector more. */
  copy(batch: Buffer): Buffer {
    if (this.#slabBytes + batch.length > this.#slab.length) {
      const grown = Math.min(SLAB_BYTES_MAX, Math.max(SLAB_BYTES_MIN, this.#slab.length * 2));
      this.#slab = Buffer.allocUnsafeSlow(Math.max(batch.length, grown));
      this.#slabBytes = 0;
    }
    const start = this.#slabBytes;
    this.#slabBytes += batch.copy(this.#slab, start);
    return this.#slab.subarray(start, this.#slabBytes);
  }

  append(baseOffset: number, endOffset: number, bytes: Buffer): void {
    const batch = { owner: this, baseOffset, endOffset, bytes };
    this.#batches.push(batch);
    this.#budget.add(batch);
  }

  /**
   * Whole batches from the one with `offset` on that end at or before `limitOffset`: at least one, otherwise no more
   * than `maxBytes`. Undefined when that batch is not in memory.
   */
  read(offset: number, limitOffset: number, maxBytes: number): Buffer[] | undefined {
    const oldest = this.#batches[this.#first];
    if (oldest === undefined || offset < oldest.baseOffset) return undefined;
    const chunks: Buffer[] = [];
    let bytes = 0;
    for (let index = this.#indexOf(offset); index < this.#batches.length; index++) {
      const batch = this.#batches[index]!;
      if (batch.endOffset > limitOffset) break;
      bytes += batch.bytes.length;
      if (chunks.length > 0 && bytes > maxBytes) break;
      chunks.push(batch.bytes);
    }
    return chunks;
  }

  dropOldest(): void {
    this.#first++;
    if (this.#first * 2 < this.#batches.length) return;
    this.#batches = this.#batches.slice(this.#first);
    this.#first = 0;
  }

  /** Drops the batches that end at or before `offset`. */
  dropBefore(offset: number): void {
    let oldest = this.#batches[this.#first];
    while (oldest !== undefined && oldest.endOffset <= offset) {
      this.#budget.remove(oldest);
      this.dropOldest();
      oldest = this.#batches[this.#first];
    }
  }

  clear(): void {
    for (const batch of this.#batches) this.#budget.remove(batch);
    this.#batches = [];
    this.#first = 0;
  }

  /** The index of the last batch that starts at or before `offset`. */
  #indexOf(offset: number): number {
    let low = this.#first;
    let high = this.#batches.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#batches[middle]!.baseOffset <= offset) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
