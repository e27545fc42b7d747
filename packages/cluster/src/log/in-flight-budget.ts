/** What all partitions of a process may have on their way to the servers together, in bytes. */
export class InFlightBudget {
  readonly #limitBytes: number;
  readonly #waiting = new Set<() => void>();
  #bytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** Takes `bytes` if they are left; otherwise calls `onFree` once, when some are. One append is always let through. */
  take(bytes: number, onFree: () => void): boolean {
    if (this.#bytes > 0 && this.#bytes + bytes > this.#limitBytes) {
      this.#waiting.add(onFree);
      return false;
    }
    this.#bytes += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#bytes -= bytes;
    if (this.#waiting.size === 0) return;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const onFree of waiting) onFree();
  }
}
