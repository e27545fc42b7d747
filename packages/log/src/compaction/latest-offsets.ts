import { openRecords, type RecordBatchHeader } from "@letterpress/wire";

/** Keys are held in memory while a log is compacted; what lies past so many is left for the next time. */
const KEYS_MAX = 4_000_000;

/** The last offset of every key in some part of a log, in the order of which the batches are taken. */
export class LatestOffsets {
  readonly #byKey = new Map<string, number>();
  readonly #keysMax: number;

  /** @param keysMax default 4,000,000. */
  constructor(keysMax: number = KEYS_MAX) {
    this.#keysMax = keysMax;
  }

  /** Whether no more should be taken. What is under way may be finished: a little more does no harm. */
  get isFull(): boolean {
    return this.#byKey.size > this.#keysMax;
  }

  /**
   * Notes the keys of the batch at `at`.
   *
   * @throws WireError when its records cannot be opened.
   */
  take(batch: Buffer, header: RecordBatchHeader, at = 0): void {
    if (header.isControl) return;
    const cursor = openRecords(batch, header, at);
    const baseOffset = Number(header.baseOffset);
    while (cursor.next()) {
      const key = cursor.key();
      if (key !== null) this.#byKey.set(key.toString("latin1"), baseOffset + cursor.offsetDelta);
    }
  }

  /** Whether a later record than the one at `offset` has the key. */
  isSuperseded(key: Buffer, offset: number): boolean {
    const latest = this.#byKey.get(key.toString("latin1"));
    return latest !== undefined && latest > offset;
  }
}
