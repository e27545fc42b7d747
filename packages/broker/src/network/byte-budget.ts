/**
 * The bytes of one kind that all connections of this process hold together, such as those of requests in flight.
 * Buffers live outside the JavaScript heap, so they are counted here: at the limit connections wait for each other.
 */
export class ByteBudget {
  readonly limitBytes: number;
  #usedBytes = 0;
  #waiting = new Set<() => void>();

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Whether nothing more may be begun. What is larger than the whole budget may run alone. */
  get isExhausted(): boolean {
    return this.#usedBytes >= this.limitBytes;
  }

  take(bytes: number): void {
    this.#usedBytes += bytes;
  }

  release(bytes: number): void {
    this.#usedBytes -= bytes;
    if (this.#waiting.size === 0 || this.isExhausted) return;
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const resume of waiting) resume();
  }

  /** Calls `resume` once when there is room again; the same function is kept only once. */
  onRoom(resume: () => void): void {
    this.#waiting.add(resume);
  }

  forget(resume: () => void): void {
    this.#waiting.delete(resume);
  }
}
