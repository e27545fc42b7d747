const CAPACITY_START = 16;

/**
 * A growing table of fixed-size entries, kept as the bytes that its file holds. The indexes of Kafka's segments are
 * two such tables; both are sorted by their first column.
 */
export class EntryTable {
  readonly entryBytes: number;
  #bytes: Buffer;
  #length: number;

  /** `content` are whole entries; the table takes it over. */
  constructor(entryBytes: number, content: Buffer = Buffer.alloc(0)) {
    this.entryBytes = entryBytes;
    this.#bytes = content;
    this.#length = Math.floor(content.length / entryBytes);
  }

  /** How many entries there are. */
  get length(): number {
    return this.#length;
  }

  /** The entries as their file has them. */
  get content(): Buffer {
    return this.#bytes.subarray(0, this.#length * this.entryBytes);
  }

  /** The memory that holds entry `index`, and where it starts. */
  at(index: number): { readonly bytes: Buffer; readonly start: number } {
    return { bytes: this.#bytes, start: index * this.entryBytes };
  }

  /** Makes room for one more entry. */
  push(): { readonly bytes: Buffer; readonly start: number } {
    const start = this.#length * this.entryBytes;
    if (start + this.entryBytes > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(CAPACITY_START * this.entryBytes, this.#bytes.length * 2));
      this.#bytes.copy(larger);
      this.#bytes = larger;
    }
    this.#length++;
    return { bytes: this.#bytes, start };
  }

  /** The index of the last entry whose `column` is at most `target`; -1 when there is none. */
  lastAtMost(target: number, column: (bytes: Buffer, start: number) => number): number {
    let low = 0;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (column(this.#bytes, middle * this.entryBytes) <= target) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
