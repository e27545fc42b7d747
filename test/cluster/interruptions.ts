/**
 * For how long partitions go without an acknowledgement while somebody produces to all of them. Right when they are busy:
 * then a pause between two acknowledgements is a time in which the partition was not served.
 */
export class Interruptions {
  readonly #now: () => number;
  readonly #lastMs: number[];
  #longestMs = 0;

  constructor(partitions: number, now = () => performance.now()) {
    this.#now = now;
    this.#lastMs = Array.from({ length: partitions }, now);
  }

  /** Forgets what was, and counts from now on. */
  restart(): void {
    this.#longestMs = 0;
    this.#lastMs.fill(this.#now());
  }

  acknowledged(partition: number): void {
    const nowMs = this.#now();
    this.#longestMs = Math.max(this.#longestMs, nowMs - this.#lastMs[partition]!);
    this.#lastMs[partition] = nowMs;
  }

  /** The longest one of any partition in milliseconds, those that last included. */
  get longestMs(): number {
    const nowMs = this.#now();
    return Math.max(this.#longestMs, ...this.#lastMs.map((lastMs) => nowMs - lastMs));
  }
}
