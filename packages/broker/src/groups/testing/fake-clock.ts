import { setImmediate } from "node:timers/promises";
import type { Clock } from "../clock.ts";

interface Scheduled {
  readonly atMs: number;
  readonly run: () => void;
}

/** A clock that stands still until it is told to go on. */
export class FakeClock implements Clock {
  /** How many timers were ever set. */
  scheduledCount = 0;
  #nowMs = 1_700_000_000_000;
  readonly #scheduled = new Set<Scheduled>();

  now(): number {
    return this.#nowMs;
  }

  schedule(delayMs: number, run: () => void): () => void {
    const entry = { atMs: this.#nowMs + delayMs, run };
    this.scheduledCount++;
    this.#scheduled.add(entry);
    return () => this.#scheduled.delete(entry);
  }

  /** How many timers wait. */
  get timerCount(): number {
    return this.#scheduled.size;
  }

  /** Lets time pass, timer by timer; what they set off has come to rest when this resolves. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    for (let next = this.#next(endMs); next !== undefined; next = this.#next(endMs)) {
      this.#scheduled.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.run();
      await setImmediate();
    }
    this.#nowMs = endMs;
    await setImmediate();
  }

  /** The process stands still for so long: timers come late. */
  async pause(ms: number): Promise<void> {
    this.#nowMs += ms;
    await this.advance(0);
  }

  #next(endMs: number): Scheduled | undefined {
    let earliest: Scheduled | undefined;
    for (const entry of this.#scheduled) {
      if (entry.atMs <= endMs && entry.atMs < (earliest?.atMs ?? Number.POSITIVE_INFINITY)) earliest = entry;
    }
    return earliest;
  }
}
