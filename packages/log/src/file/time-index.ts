import { EntryTable } from "./entry-table.ts";

/*
 * Kafka's `.timeindex`: entries of
 *
 *   timestamp         int64   0   the largest in the segment up to here, milliseconds since the epoch
 *   relative offset   int32   8   of the last record of the batch that has it
 *
 * Both columns only grow. The last entry of a closed segment is the segment's largest timestamp.
 */
export const TIME_ENTRY_BYTES = 12;

export interface TimeEntry {
  readonly timestampMs: number;
  readonly relativeOffset: number;
}

/** A sparse index from timestamps to offsets. */
export class TimeIndex {
  readonly #table: EntryTable;

  constructor(content?: Buffer) {
    this.#table = new EntryTable(TIME_ENTRY_BYTES, content);
  }

  get content(): Buffer {
    return this.#table.content;
  }

  /** Adds an entry unless the largest timestamp has not grown since the last one. */
  add(timestampMs: number, relativeOffset: number): void {
    const { last } = this;
    if (timestampMs < 0 || (last !== undefined && timestampMs <= last.timestampMs)) return;
    const { bytes, start } = this.#table.push();
    bytes.writeBigInt64BE(BigInt(timestampMs), start);
    bytes.writeInt32BE(relativeOffset, start + 8);
  }

  /** The last entry with a timestamp below `timestampMs`: no batch up to it has a later one. */
  lastBelow(timestampMs: number): TimeEntry | undefined {
    const index = this.#table.lastAtMost(timestampMs - 1, timestampOf);
    return index < 0 ? undefined : this.#entry(index);
  }

  get last(): TimeEntry | undefined {
    const { length } = this.#table;
    return length === 0 ? undefined : this.#entry(length - 1);
  }

  #entry(index: number): TimeEntry {
    const { bytes, start } = this.#table.at(index);
    return { timestampMs: timestampOf(bytes, start), relativeOffset: bytes.readInt32BE(start + 8) };
  }
}

function timestampOf(bytes: Buffer, start: number): number {
  return Number(bytes.readBigInt64BE(start));
}
