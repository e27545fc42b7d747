import { HEADER_BYTES } from "@letterpress/wire";
import { LogError } from "../log-error.ts";
import { baseOffsetOf, batchBytesOf, lastOffsetOf, leaderEpochOf } from "./batch-fields.ts";
import { isIntact } from "./batch-walk.ts";
import type { EpochCache } from "./epoch-cache.ts";
import type { ReadMemory } from "./read-memory.ts";
import type { Segment } from "./segment.ts";
import type { TailCache } from "./tail-cache.ts";

/** One disk read takes no more, unless a single batch is larger. */
const READ_BYTES_MAX = 4 * 1024 * 1024;

/** What a read needs of the log. */
export interface ReadSource {
  readonly segments: readonly Segment[];
  readonly tail: TailCache;
  readonly epochs: EpochCache;
  readonly memory: ReadMemory;
  /** Segments with a smaller base offset may have gaps. */
  readonly compactedTo: number;
  readonly indexIntervalBytes: number;
}

/** The bytes of a read. */
export interface ChunksRead {
  readonly chunks: readonly Buffer[];
  /** The buffers that were made for this read alone; other chunks are views of the tail cache, which others see, too. */
  readonly owned: readonly Buffer[];
}

/** One read under way: it goes from segment to segment and gathers whole batches. */
export class ChunkRead implements ChunksRead {
  readonly chunks: Buffer[] = [];
  readonly owned: Buffer[] = [];
  readonly #source: ReadSource;
  readonly #limitOffset: number;
  readonly #maxBytes: number;
  /** The next offset that is wanted. */
  #next: number;
  #leftBytes: number;
  #isFull = false;
  /** The offset at which the next batch must start; -1 when it follows from the index instead. */
  #expected = -1;
  /** The offset at which the batch that the index led to must end. */
  #indexedEnd = -1;

  constructor(source: ReadSource, offset: number, limitOffset: number, maxBytes: number) {
    this.#source = source;
    this.#next = offset;
    this.#limitOffset = limitOffset;
    this.#maxBytes = maxBytes;
    this.#leftBytes = maxBytes;
  }

  get isDone(): boolean {
    return this.#isFull || this.#next >= this.#limitOffset;
  }

  async readSegment(segment: Segment): Promise<void> {
    let position = await this.#find(segment);
    const end = Math.min(segment.endOffset, this.#limitOffset);
    let wantedBytes = 0;
    while (!this.#isFull && this.#next < end) {
      const cached = this.#source.tail.find(segment, position);
      const bytes = cached ?? (await this.#readDisk(segment, position, wantedBytes));
      const scanned = this.#scan(segment, position, bytes, cached === undefined);
      position += scanned;
      if (scanned > 0) {
        wantedBytes = 0;
        continue;
      }
      if (this.#isFull || this.#next >= end) break;
      // Compaction may have removed the last records of a segment.
      if (position >= segment.sizeBytes && this.#mayHaveGaps(segment)) break;
      const needed = bytes.length < HEADER_BYTES ? 0 : batchBytesOf(bytes, 0);
      if (needed <= bytes.length || needed > segment.sizeBytes - position) throw corrupt(segment, position);
      wantedBytes = needed;
    }
    // Over a gap, or where nothing was scanned, the position belongs to another offset.
    if (this.#expected === this.#next) segment.marks.set(this.#next, position);
    this.#next = Math.max(this.#next, Math.min(segment.endOffset, this.#limitOffset));
  }

  /** Where to begin: at the wanted batch where an earlier read ended there, else at one in front of it. */
  async #find(segment: Segment): Promise<number> {
    const marked = segment.marks.positionOf(this.#next);
    if (marked !== undefined) {
      this.#expected = this.#next;
      return marked;
    }
    const { offsets } = await segment.indexes();
    const entry = offsets.lookup(Math.max(-1, this.#next - segment.baseOffset));
    this.#expected = entry.relativeOffset < 0 ? segment.baseOffset : -1;
    this.#indexedEnd = segment.baseOffset + entry.relativeOffset;
    return entry.position;
  }

  /** Takes the wanted batches at the start of `bytes`; returns how far it came. */
  #scan(segment: Segment, position: number, bytes: Buffer, isOwned: boolean): number {
    let at = 0;
    let takenFrom = -1;
    while (at + HEADER_BYTES <= bytes.length && this.#next < this.#limitOffset) {
      const size = batchBytesOf(bytes, at);
      if (size === 0) throw corrupt(segment, position + at);
      const isBehindOthers = takenFrom >= 0 || this.chunks.length > 0;
      if (size > this.#leftBytes && isBehindOthers && baseOffsetOf(bytes, at) >= this.#next) {
        this.#isFull = true;
        break;
      }
      if (at + size > bytes.length) break;
      const baseOffset = baseOffsetOf(bytes, at);
      const lastOffset = lastOffsetOf(bytes, at);
      if (isOwned && !this.#isSound(segment, bytes, at, baseOffset, lastOffset)) {
        throw corrupt(segment, position + at);
      }
      if (baseOffset >= this.#limitOffset) {
        this.#next = this.#limitOffset;
        break;
      }
      if (lastOffset >= this.#next) {
        if (takenFrom < 0) takenFrom = at;
        this.#leftBytes -= size;
        this.#isFull = this.#leftBytes <= 0;
        this.#next = lastOffset + 1;
      }
      at += size;
      this.#expected = lastOffset + 1;
      if (this.#isFull) break;
    }
    if (takenFrom >= 0) this.#take(bytes, takenFrom, at, isOwned);
    return at;
  }

  #take(bytes: Buffer, from: number, to: number, isOwned: boolean): void {
    this.chunks.push(bytes.subarray(from, to));
    if (!isOwned) return;
    this.owned.push(bytes);
    // One more disk read for what little is left would cost more than the next request, which takes it along.
    if (this.#leftBytes < this.#maxBytes / 2) this.#isFull = true;
  }

  #isSound(segment: Segment, bytes: Buffer, at: number, baseOffset: number, lastOffset: number): boolean {
    if (lastOffset >= segment.endOffset) return false;
    if (this.#expected < 0) {
      if (lastOffset !== this.#indexedEnd) return false;
    } else if (this.#mayHaveGaps(segment) ? baseOffset < this.#expected : baseOffset !== this.#expected) {
      return false;
    }
    if (this.#source.epochs.epochAt(baseOffset) !== leaderEpochOf(bytes, at)) return false;
    // What lies above the limit may be half written.
    return baseOffset >= this.#limitOffset || isIntact(bytes, at);
  }

  async #readDisk(segment: Segment, position: number, wantedBytes: number): Promise<Buffer> {
    const usualBytes = await this.#usualBytes(segment, position);
    const bytes = Math.min(Math.max(wantedBytes, usualBytes, HEADER_BYTES), segment.sizeBytes - position);
    const buffer = this.#source.memory.take(Math.max(0, bytes));
    const filled = await segment.file.use((file) => file.read(buffer, position));
    return filled === buffer.length ? buffer : buffer.subarray(0, filled);
  }

  /** As much as is still asked for, up to the start of a batch where the index knows one: what is cut is read twice. */
  async #usualBytes(segment: Segment, position: number): Promise<number> {
    const isExact = this.#expected === this.#next;
    const skippedBytes = isExact ? 0 : this.#source.indexIntervalBytes;
    const bytes = Math.min(READ_BYTES_MAX, this.#leftBytes + skippedBytes);
    const { offsets } = await segment.indexes();
    const wholeBytes = offsets.lastStartAtMost(position + bytes) - position;
    return wholeBytes >= bytes / 2 ? wholeBytes : bytes;
  }

  #mayHaveGaps(segment: Segment): boolean {
    return segment.baseOffset < this.#source.compactedTo;
  }
}

function corrupt(segment: Segment, position: number): LogError {
  return new LogError(
    "CORRUPT",
    `${segment.logPath} is damaged at byte ${position}: restore the partition's folder from a copy, or delete the partition`,
  );
}
