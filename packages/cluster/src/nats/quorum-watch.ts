/** How long a server may store nothing, or not answer. Elections are over sooner, mostly; a few switches do no harm. */
const PATIENCE_MS = 5_000;

/**
 * Notices a server that is cut off from the others: it answers pings and some reads, and stores nothing. Told what was
 * stored, and what was not or had no answer; says when it is time to try another server. Pure but for its clock.
 */
export class QuorumWatch {
  readonly #now: () => number;
  /** When the first attempt began that failed since the last one that did not; undefined when none has. */
  #failingSinceMs: number | undefined;

  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  succeeded(): void {
    this.#failingSinceMs = undefined;
  }

  /** @param sentMs when what has failed was sent. Returns whether to leave the server; then the next one has as long. */
  failed(sentMs: number): boolean {
    this.#failingSinceMs = Math.min(this.#failingSinceMs ?? sentMs, sentMs);
    return this.refused();
  }

  /** An answer that proves nothing came. Returns whether to leave the server, as `failed`. */
  refused(): boolean {
    if (this.#failingSinceMs === undefined || this.#now() - this.#failingSinceMs < PATIENCE_MS) return false;
    this.#failingSinceMs = undefined;
    return true;
  }
}
