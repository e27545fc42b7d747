import { setTimeout as delay } from "node:timers/promises";

const SECOND_MS = 1_000;

/** Holds up work in the background that would otherwise take all of the network. */
export class Pace {
  readonly #bytesPerMs: number;
  #freeAtMs = 0;

  constructor(bytesPerSecond: number) {
    this.#bytesPerMs = bytesPerSecond / SECOND_MS;
  }

  /** Resolves when `bytes` more may be moved. Rejects with the signal's reason. */
  async spend(bytes: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const nowMs = performance.now();
    const waitMs = this.#freeAtMs - nowMs;
    this.#freeAtMs = Math.max(nowMs, this.#freeAtMs) + bytes / this.#bytesPerMs;
    if (waitMs < 1) return;
    await delay(waitMs);
    signal.throwIfAborted();
  }
}
