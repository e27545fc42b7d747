import type { Disk } from "../disk/disk.ts";
import { readWhole, unlinkIfThere, writeWhole } from "../disk/whole-file.ts";
import { lastOffsetOf, maxTimestampOf } from "./batch-fields.ts";
import { offsetFile } from "./file-names.ts";
import { OFFSET_ENTRY_BYTES, OffsetIndex } from "./offset-index.ts";
import { ReadMarks } from "./read-marks.ts";
import { SharedFile } from "./shared-file.ts";
import { TIME_ENTRY_BYTES, TimeIndex } from "./time-index.ts";

/** Positions in an index are signed 32-bit numbers. */
export const SEGMENT_BYTES_MAX = 0x7fff_ffff;
/** Offsets in an index are signed 32-bit numbers, relative to the base offset. */
export const SEGMENT_OFFSETS_MAX = 0x7fff_ffff;

interface Indexes {
  readonly offsets: OffsetIndex;
  readonly times: TimeIndex;
}

/**
 * One segment: the record batches from `baseOffset` up to `endOffset`, with their two indexes. While it is active the
 * indexes live in memory; they are written when it is closed, and rebuilt from the batches after a crash.
 */
export class Segment {
  readonly folder: string;
  readonly baseOffset: number;
  readonly file: SharedFile;
  readonly logPath: string;
  readonly marks = new ReadMarks();
  /** The offset behind the last record. */
  endOffset: number;
  /** What has been appended, whether or not it is written yet. */
  sizeBytes = 0;
  /** When the segment was opened for appending, for its age; milliseconds since the epoch. */
  createdMs: number;
  maxTimestampMs = -1;
  /** The last offset of the first batch with that timestamp. */
  maxTimestampOffset = -1;
  readonly #disk: Disk;
  #indexes: Indexes | undefined;
  #bytesSinceEntry = 0;

  constructor(disk: Disk, folder: string, baseOffset: number, createdMs: number) {
    this.#disk = disk;
    this.folder = folder;
    this.baseOffset = baseOffset;
    this.endOffset = baseOffset;
    this.createdMs = createdMs;
    this.logPath = offsetFile(folder, baseOffset, "log");
    this.file = new SharedFile(disk, this.logPath);
  }

  /** Starts empty indexes: for a new segment, or before its batches are walked. */
  startIndexes(): void {
    this.#indexes = { offsets: new OffsetIndex(), times: new TimeIndex() };
    this.#bytesSinceEntry = 0;
    this.sizeBytes = 0;
    this.endOffset = this.baseOffset;
    this.maxTimestampMs = -1;
    this.maxTimestampOffset = -1;
  }

  /** Takes note of the batch at `at` in `buffer`, which is `bytes` long and goes to the end of the segment. */
  appended(buffer: Buffer, at: number, bytes: number, indexIntervalBytes: number): void {
    const lastOffset = lastOffsetOf(buffer, at);
    const timestampMs = maxTimestampOf(buffer, at);
    if (timestampMs > this.maxTimestampMs) {
      this.maxTimestampMs = timestampMs;
      this.maxTimestampOffset = lastOffset;
    }
    if (this.#bytesSinceEntry > indexIntervalBytes && this.#indexes !== undefined) {
      this.#indexes.offsets.add(lastOffset - this.baseOffset, this.sizeBytes);
      this.#indexes.times.add(this.maxTimestampMs, this.maxTimestampOffset - this.baseOffset);
      this.#bytesSinceEntry = 0;
    }
    this.#bytesSinceEntry += bytes;
    this.sizeBytes += bytes;
    this.endOffset = lastOffset + 1;
  }

  /** The indexes, read from their files when they are not in memory. */
  async indexes(): Promise<Indexes> {
    if (this.#indexes !== undefined) return this.#indexes;
    const [offsets, times] = await Promise.all([this.#read("index"), this.#read("timeindex")]);
    this.#indexes ??= { offsets: new OffsetIndex(offsets), times: new TimeIndex(times) };
    return this.#indexes;
  }

  /** Gives the memory of the indexes back; they are read again when they are needed. */
  forgetIndexes(): void {
    this.#indexes = undefined;
  }

  /**
   * Takes the indexes that the disk has, for a segment that was closed properly. False when they cannot belong to a
   * `.log` of `sizeBytes`: they have to be rebuilt.
   */
  async loadIndexes(sizeBytes: number, endOffset: number): Promise<boolean> {
    const [offsets, times] = await Promise.all([this.#read("index"), this.#read("timeindex")]);
    if (offsets === undefined || times === undefined) return false;
    if (offsets.length % OFFSET_ENTRY_BYTES !== 0 || times.length % TIME_ENTRY_BYTES !== 0) return false;
    const indexes = { offsets: new OffsetIndex(offsets), times: new TimeIndex(times) };
    const { last } = indexes.offsets;
    if (last.position > 0 && last.position >= sizeBytes) return false;
    if (this.baseOffset + last.relativeOffset >= endOffset) return false;
    const lastTime = indexes.times.last;
    if (lastTime !== undefined) {
      if (this.baseOffset + lastTime.relativeOffset >= endOffset) return false;
      this.maxTimestampMs = lastTime.timestampMs;
      this.maxTimestampOffset = this.baseOffset + lastTime.relativeOffset;
    }
    this.#indexes = indexes;
    this.#bytesSinceEntry = sizeBytes - last.position;
    this.sizeBytes = sizeBytes;
    this.endOffset = endOffset;
    return true;
  }

  /** Writes both indexes, durably; the last time entry is the segment's largest timestamp. */
  async saveIndexes(): Promise<void> {
    const { offsets, times } = await this.indexes();
    times.add(this.maxTimestampMs, this.maxTimestampOffset - this.baseOffset);
    await writeWhole(this.#disk, offsetFile(this.folder, this.baseOffset, "index"), offsets.content);
    await writeWhole(this.#disk, offsetFile(this.folder, this.baseOffset, "timeindex"), times.content);
  }

  /** Removes the segment's files. Reads that are under way finish first. */
  async remove(): Promise<void> {
    await this.file.close();
    for (const kind of ["log", "index", "timeindex"] as const) {
      await unlinkIfThere(this.#disk, offsetFile(this.folder, this.baseOffset, kind));
    }
  }

  #read(kind: "index" | "timeindex"): Promise<Buffer | undefined> {
    return readWhole(this.#disk, offsetFile(this.folder, this.baseOffset, kind));
  }
}

export function bytesOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, segment) => sum + segment.sizeBytes, 0);
}
