import { EntryTable } from "./entry-table.ts";

/*
 * Kafka's `.index`: entries of
 *
 *   relative offset   int32   0   of the last record of a batch, counted from the segment's base offset
 *   position          int32   4   where that batch starts in the `.log`
 */
export const OFFSET_ENTRY_BYTES = 8;

export interface OffsetEntry {
  /** Relative to the segment's base offset; -1 for the start of the segment, which has no entry. */
  readonly relativeOffset: number;
  readonly position: number;
}

const START: OffsetEntry = { relativeOffset: -1, position: 0 };

/** A sparse index from offsets to file positions. */
export class OffsetIndex {
  readonly #table: EntryTable;

  constructor(content?: Buffer) {
    this.#table = new EntryTable(OFFSET_ENTRY_BYTES, content);
  }

  get content(): Buffer {
    return this.#table.content;
  }

  add(relativeOffset: number, position: number): void {
    const { bytes, start } = this.#table.push();
    bytes.writeInt32BE(relativeOffset, start);
    bytes.writeInt32BE(position, start + 4);
  }

  /** The last batch that is known to end at or before `relativeOffset`. */
  lookup(relativeOffset: number): OffsetEntry {
    const index = this.#table.lastAtMost(relativeOffset, offsetOf);
    return index < 0 ? START : this.#entry(index);
  }

  /** The largest position that is known to be a batch's start and lies at or before `position`. */
  lastStartAtMost(position: number): number {
    const index = this.#table.lastAtMost(position, positionOf);
    return index < 0 ? 0 : this.#entry(index).position;
  }

  get last(): OffsetEntry {
    const { length } = this.#table;
    return length === 0 ? START : this.#entry(length - 1);
  }

  #entry(index: number): OffsetEntry {
    const { bytes, start } = this.#table.at(index);
    return { relativeOffset: offsetOf(bytes, start), position: positionOf(bytes, start) };
  }
}

function offsetOf(bytes: Buffer, start: number): number {
  return bytes.readInt32BE(start);
}

/** Unsigned, so that a rotten entry leads past the end of the file, where the reader finds it out. */
function positionOf(bytes: Buffer, start: number): number {
  return bytes.readUInt32BE(start + 4);
}
