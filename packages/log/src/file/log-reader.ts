import { HEADER_BYTES } from "@letterpress/wire";
import { LogError } from "../log-error.ts";
import { baseOffsetOf, batchBytesOf, lastOffsetOf, leaderEpochOf } from "./batch-fields.ts";
import { isIntact } from "./batch-walk.ts";
import type { EpochCache } from "./epoch-cache.ts";
import type { Segment } from "./segment.ts";
import type { TailCache } from "./tail-cache.ts";

/** One disk read takes no more, unless a single batch is larger. */
const READ_BYTES_MAX = 4 * 1024 * 1024;

/** What a read needs of the log. */
export interface ReadSource {
  readonly segments: readonly Segment[];
  readonly tail: TailCache;
  readonly epochs: EpochCache;
  /** Segments with a smaller base offset may have gaps. */
  readonly compactedTo: number;
  readonly indexIntervalBytes: number;
}

/** The segment that holds `offset`, by its index; -1 before the first one. */
export function segmentIndexOf(segments: readonly Segment[], offset: number): number {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (segments[middle]!.baseOffset <= offset) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * Reads whole batches from the one that holds `offset` up to `limitOffset`: at most `maxBytes`, but at least one.
 * What the tail cache has is given out without a copy; what comes from the disk is checked against its CRC, its
 * index entry and the offsets around it.
 */
export async function readChunks(
  source: ReadSource,
  offset: number,
  limitOffset: number,
  maxBytes: number,
): Promise<Buffer[]> {
  const read = new ChunkRead(source, offset, limitOffset, maxBytes);
  // The list may lose segments to retention while the read goes on; the ones it started with stay readable.
  const segments = source.segments.slice(Math.max(0, segmentIndexOf(source.segments, offset)));
  for (const segment of segments) {
    if (read.isDone) break;
    await read.readSegment(segment);
  }
  return read.chunks;
}

class ChunkRead {
  readonly chunks: Buffer[] = [];
  readonly #source: ReadSource;
  readonly #limitOffset: number;
  /** The next offset that is wanted. */
  #next: number;
  #leftBytes: number;
  #isFull = false;
  /** The offset at which the next batch must start; -1 when it follows from the index instead. */
  #expected = -1;

  constructor(source: ReadSource, offset: number, limitOffset: number, maxBytes: number) {
    this.#source = source;
    this.#next = offset;
    this.#limitOffset = limitOffset;
    this.#leftBytes = maxBytes;
  }

  get isDone(): boolean {
    return this.#isFull || this.#next >= this.#limitOffset;
  }

  async readSegment(segment: Segment): Promise<void> {
    const { offsets } = await segment.indexes();
    const relative = Math.max(-1, this.#next - segment.baseOffset);
    const entry = offsets.lookup(relative);
    let { position } = entry;
    this.#expected = entry.relativeOffset < 0 ? segment.baseOffset : -1;
    const indexedEnd = segment.baseOffset + entry.relativeOffset;
    const end = Math.min(segment.endOffset, this.#limitOffset);
    let wantedBytes = 0;
    while (!this.#isFull && this.#next < end) {
      const cached = this.#source.tail.find(segment, position);
      const bytes = cached ?? (await this.#readDisk(segment, position, wantedBytes));
      const scanned = this.#scan(segment, position, bytes, cached === undefined, indexedEnd);
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
    this.#next = Math.max(this.#next, Math.min(segment.endOffset, this.#limitOffset));
  }

  /** Takes the wanted batches at the start of `bytes`; returns how far it came. */
  #scan(segment: Segment, position: number, bytes: Buffer, verify: boolean, indexedEnd: number): number {
    let at = 0;
    let takenFrom = -1;
    while (at + HEADER_BYTES <= bytes.length && this.#next < this.#limitOffset) {
      const size = batchBytesOf(bytes, at);
      if (size === 0) throw corrupt(segment, position + at);
      if (at + size > bytes.length) break;
      const baseOffset = baseOffsetOf(bytes, at);
      const lastOffset = lastOffsetOf(bytes, at);
      if (verify && !this.#isSound(segment, bytes, at, baseOffset, lastOffset, indexedEnd)) {
        throw corrupt(segment, position + at);
      }
      if (baseOffset >= this.#limitOffset) {
        this.#next = this.#limitOffset;
        break;
      }
      if (lastOffset >= this.#next) {
        if (size > this.#leftBytes && (takenFrom >= 0 || this.chunks.length > 0)) {
          this.#isFull = true;
          break;
        }
        if (takenFrom < 0) takenFrom = at;
        this.#leftBytes -= size;
        this.#isFull = this.#leftBytes <= 0;
        this.#next = lastOffset + 1;
      }
      at += size;
      this.#expected = lastOffset + 1;
      if (this.#isFull) break;
    }
    if (takenFrom >= 0) this.chunks.push(bytes.subarray(takenFrom, at));
    return at;
  }

  #isSound(
    segment: Segment,
    bytes: Buffer,
    at: number,
    baseOffset: number,
    lastOffset: number,
    indexedEnd: number,
  ): boolean {
    if (lastOffset >= segment.endOffset) return false;
    if (this.#expected < 0) {
      if (lastOffset !== indexedEnd) return false;
    } else if (this.#mayHaveGaps(segment) ? baseOffset < this.#expected : baseOffset !== this.#expected) {
      return false;
    }
    if (this.#source.epochs.epochAt(baseOffset) !== leaderEpochOf(bytes, at)) return false;
    // What lies above the limit may be half written.
    return baseOffset >= this.#limitOffset || isIntact(bytes, at);
  }

  async #readDisk(segment: Segment, position: number, wantedBytes: number): Promise<Buffer> {
    const usual = Math.min(READ_BYTES_MAX, this.#leftBytes + this.#source.indexIntervalBytes);
    const bytes = Math.min(Math.max(wantedBytes, usual, HEADER_BYTES), segment.sizeBytes - position);
    const buffer = Buffer.allocUnsafeSlow(Math.max(0, bytes));
    const filled = await segment.file.use((file) => file.read(buffer, position));
    return filled === buffer.length ? buffer : buffer.subarray(0, filled);
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
