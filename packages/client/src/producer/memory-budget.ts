interface Waiter {
  readonly bytes: number;
  grant(): void;
}

/** Bounds the bytes that are accepted and not yet acknowledged. Waiters are served in order. */
export class MemoryBudget {
  readonly limitBytes: number;
  #usedBytes = 0;
  readonly #waiters: Waiter[] = [];

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Takes the bytes if they are free and nobody waits for some. */
  tryTake(bytes: number): boolean {
    if (this.#waiters.length > 0 || this.#usedBytes + bytes > this.limitBytes) return false;
    this.#usedBytes += bytes;
    return true;
  }

  /** Takes the bytes as soon as they are free. They must not be more than the limit. Rejects with the signal's reason. */
  take(bytes: number, signal: AbortSignal): Promise<void> {
    if (this.tryTake(bytes)) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        reject(signal.reason);
      };
      const waiter: Waiter = {
        bytes,
        grant: () => {
          signal.removeEventListener("abort", onAbort);
          resolve();
        },
      };
      if (signal.aborted) return reject(signal.reason);
      signal.addEventListener("abort", onAbort, { once: true });
      this.#waiters.push(waiter);
    });
  }

  release(bytes: number): void {
    this.#usedBytes -= bytes;
    for (let first = this.#waiters[0]; first !== undefined; first = this.#waiters[0]) {
      if (this.#usedBytes + first.bytes > this.limitBytes) return;
      this.#usedBytes += first.bytes;
      this.#waiters.shift();
      first.grant();
    }
  }
}
