/** Knows what was appended, acknowledged and readable, and compares it with what a log has after a crash. */
export class HistoryChecker {
  /** The value at each offset, as far as it was ever assigned. */
  readonly #values: string[] = [];
  /** Everything before it must be there. */
  #keptEnd = 0n;
  #trimmed = 0n;
  #trimmingTo = 0n;

  attempted(offset: bigint, value: string): void {
    this.#values.length = Number(offset);
    this.#values.push(value);
  }

  acknowledged(offset: bigint, value: string): void {
    if (this.#values[Number(offset)] !== value) {
      throw new Error(`acknowledged at ${offset}: ${value}, appended there: ${this.#values[Number(offset)]}`);
    }
    if (offset >= this.#keptEnd) this.#keptEnd = offset + 1n;
  }

  /** Readers may have seen everything before `highWatermark`. */
  readable(highWatermark: bigint, isDurable: boolean): void {
    if (isDurable && highWatermark > this.#keptEnd) this.#keptEnd = highWatermark;
  }

  trimming(offset: bigint): void {
    if (offset > this.#trimmingTo) this.#trimmingTo = offset;
  }

  trimmed(offset: bigint): void {
    if (offset > this.#trimmed) this.#trimmed = offset;
  }

  /** Takes what a log has after it was opened. Where loss is allowed, it still must be a prefix of what was written. */
  recovered(
    startOffset: bigint,
    endOffset: bigint,
    values: readonly { readonly offset: bigint; readonly value: string }[],
    isLossAllowed: boolean,
  ): void {
    if (startOffset > this.#trimmingTo) throw new Error(`starts at ${startOffset}, nobody trimmed so far`);
    if (!isLossAllowed) {
      if (startOffset < this.#trimmed)
        throw new Error(`starts at ${startOffset}, trimmed to ${this.#trimmed}`);
      if (endOffset < this.#keptEnd)
        throw new Error(`ends at ${endOffset}, acknowledged to ${this.#keptEnd}`);
    }
    if (endOffset > startOffset && BigInt(values.length) !== endOffset - startOffset) {
      throw new Error(`${values.length} records between ${startOffset} and ${endOffset}`);
    }
    for (const [index, { offset, value }] of values.entries()) {
      const expected = this.#values[Number(offset)];
      if (offset !== startOffset + BigInt(index)) throw new Error(`offset ${offset} is out of order`);
      if (value !== expected) throw new Error(`offset ${offset} has ${value}, appended was ${expected}`);
    }
    this.#values.length = Number(endOffset);
    this.#keptEnd = endOffset;
  }
}
