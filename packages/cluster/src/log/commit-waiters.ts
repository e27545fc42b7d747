interface Waiter {
  readonly endOffset: number;
  readonly deadlineMs: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Who waits for the high watermark to reach an offset. */
export class CommitWaiters {
  /** By end offset; nearly always they come in that order. */
  #waiters: Waiter[] = [];
  readonly #timeoutMs: number;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  wait(endOffset: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const deadlineMs = performance.now() + this.#timeoutMs;
      let at = this.#waiters.length;
      while (at > 0 && this.#waiters[at - 1]!.endOffset > endOffset) at--;
      this.#waiters.splice(at, 0, { endOffset, deadlineMs, resolve, reject });
    });
  }

  reached(highWatermark: number): void {
    let count = 0;
    while (count < this.#waiters.length && this.#waiters[count]!.endOffset <= highWatermark) count++;
    if (count > 0) for (const { resolve } of this.#waiters.splice(0, count)) resolve();
  }

  /**
   * Rejects those that have waited too long. What they wait for may still be stored.
   *
   * @param earlierMs by how much they wait less than otherwise. Default 0.
   */
  expire(error: unknown, earlierMs = 0): void {
    const dueMs = performance.now() + earlierMs;
    const expired = this.#waiters.filter(({ deadlineMs }) => deadlineMs <= dueMs);
    if (expired.length === 0) return;
    this.#waiters = this.#waiters.filter(({ deadlineMs }) => deadlineMs > dueMs);
    for (const { reject } of expired) reject(error);
  }

  fail(error: unknown): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const { reject } of waiters) reject(error);
  }
}
