/** Readers of one segment at a time that are remembered. */
const MARKS_MAX = 16;

/**
 * Where the last reads of a segment ended. Whoever reads on finds its first batch there; the index, which is sparse
 * and names the end of a batch, would lead to the batch in front of it, to be read and checked once more.
 */
export class ReadMarks {
  /** From the offset at which a read ended to the position behind it, the oldest first. */
  readonly #positions = new Map<number, number>();

  set(offset: number, position: number): void {
    this.#positions.delete(offset);
    this.#positions.set(offset, position);
    if (this.#positions.size <= MARKS_MAX) return;
    for (const oldest of this.#positions.keys()) {
      this.#positions.delete(oldest);
      return;
    }
  }

  /** Where the batch that starts at `offset`, or the first one above it, lies; undefined when no read ended there. */
  positionOf(offset: number): number | undefined {
    return this.#positions.get(offset);
  }
}
