import type { ByteBudget } from "./byte-budget.ts";

/**
 * The memory that one response takes: counted in the process's budget from the first byte that is read for it until
 * the peer has it, and given back to whoever lent it.
 */
export class ResponseMemory {
  readonly #budget: ByteBudget;
  #releases: (() => void)[] = [];
  #countedBytes = 0;
  #isOver = false;

  constructor(budget: ByteBudget) {
    this.#budget = budget;
  }

  /** Whether responses that nobody reads take so much that nothing large is to be begun. */
  get isScarce(): boolean {
    return this.#budget.isExhausted;
  }

  /** Resolves when memory is no longer scarce, `timeoutMs` have passed or `signal` is aborted. */
  room(timeoutMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", finish);
        this.#budget.forget(finish);
        resolve();
      };
      const timer = setTimeout(finish, timeoutMs);
      signal.addEventListener("abort", finish);
      this.#budget.onRoom(finish);
    });
  }

  /** Counts `bytes` more; fewer when it is negative. */
  count(bytes: number): void {
    if (this.#isOver) return;
    this.#countedBytes += bytes;
    if (bytes > 0) this.#budget.take(bytes);
    else if (bytes < 0) this.#budget.release(-bytes);
  }

  /** Counts `bytes` in all, whatever was counted before. */
  recount(bytes: number): void {
    this.count(bytes - this.#countedBytes);
  }

  /** Has `release` called once the response was sent. It is not called where the connection ends before. */
  lend(release: () => void): void {
    this.#releases.push(release);
  }

  /** Counts nothing any more, and gives back what was lent: nothing of it is in use. */
  sent(): void {
    const releases = this.#releases;
    this.abandon();
    for (const release of releases) release();
  }

  /** Counts nothing any more. The system may still be sending, so what was lent is left to the garbage collector. */
  abandon(): void {
    this.recount(0);
    this.#isOver = true;
    this.#releases = [];
  }
}
