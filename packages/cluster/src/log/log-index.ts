import type { MessageHeader } from "./message-header.ts";

/** A chunk is closed when it has this many batches, or this many bytes. */
const CHUNK_BATCHES = 64;
export const CHUNK_BYTES = 1024 * 1024;

/** A run of batches that lie in the stream one after the other, with what else is stored between them. */
export interface Chunk {
  /** The sequence of the first batch. */
  readonly sequence: number;
  readonly baseOffset: number;
  /** The term of the first batch. */
  readonly term: number;
  endOffset: number;
  batches: number;
  sizeBytes: number;
  maxTimestampMs: number;
  /** The base offset of the first batch that has the largest timestamp. */
  maxTimestampOffset: number;
}

/**
 * Where offsets lie in the stream: one entry per chunk, so that a partition of millions of batches costs little memory
 * and a reader that starts anywhere skips one chunk at most. What retention removes is whole chunks, too.
 */
export class LogIndex {
  readonly #chunks: Chunk[] = [];
  #chunkBytes = CHUNK_BYTES;
  #sizeBytes = 0;

  get chunks(): readonly Chunk[] {
    return this.#chunks;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** A log with small segments gets small chunks: they are what it frees. */
  setSegmentBytes(segmentBytes: number): void {
    this.#chunkBytes = Math.min(CHUNK_BYTES, segmentBytes);
  }

  append(sequence: number, header: MessageHeader, sizeBytes: number): void {
    const chunk = this.#openChunk(sequence, header, sizeBytes);
    chunk.endOffset = header.lastOffset + 1;
    chunk.batches++;
    chunk.sizeBytes += sizeBytes;
    this.#sizeBytes += sizeBytes;
    if (header.maxTimestampMs > chunk.maxTimestampMs) {
      chunk.maxTimestampMs = header.maxTimestampMs;
      chunk.maxTimestampOffset = header.baseOffset;
    }
  }

  /** The chunk with `offset`, or the first one when the offset lies before them all. */
  find(offset: number): Chunk | undefined {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#chunks[middle]!.baseOffset <= offset) low = middle + 1;
      else high = middle;
    }
    return this.#chunks[Math.max(0, low - 1)];
  }

  /** Drops the chunks that end at or before `offset`; returns how many bytes that frees. */
  trim(offset: number): number {
    const kept = this.#chunks.findIndex(({ endOffset }) => endOffset > offset);
    const dropped = this.#chunks.splice(0, kept < 0 ? this.#chunks.length : kept);
    let freed = 0;
    for (const { sizeBytes } of dropped) freed += sizeBytes;
    this.#sizeBytes -= freed;
    return freed;
  }

  #openChunk(sequence: number, header: MessageHeader, sizeBytes: number): Chunk {
    const last = this.#chunks.at(-1);
    if (
      last !== undefined &&
      last.batches < CHUNK_BATCHES &&
      last.sizeBytes + sizeBytes <= this.#chunkBytes
    ) {
      return last;
    }
    const chunk: Chunk = {
      sequence,
      baseOffset: header.baseOffset,
      term: header.term,
      endOffset: header.baseOffset,
      batches: 0,
      sizeBytes: 0,
      maxTimestampMs: -1,
      maxTimestampOffset: header.baseOffset,
    };
    this.#chunks.push(chunk);
    return chunk;
  }
}
