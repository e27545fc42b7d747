import { JetStreamError } from "../../jetstream/jetstream-error.ts";
import type { Clock } from "../clock.ts";
import type { LeaseEntry, LeaseStore } from "../lease-store.ts";

interface Timer {
  readonly atMs: number;
  readonly run: () => void;
}

/** A clock that stands still until it is told to go on. */
export class SimulatedClock implements Clock {
  /** How much too early timers run, as real ones may. */
  earlyMs = 0;
  #nowMs = 0;
  #timers = new Set<Timer>();

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { atMs: this.#nowMs + Math.max(0, delayMs - this.earlyMs), run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Lets time pass, running what becomes due in its order, and whatever follows from that. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    for (;;) {
      const next = [...this.#timers].filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.run();
      await settle();
    }
    this.#nowMs = endMs;
  }

  /** Time passes and nothing runs, as for a process that is stopped. */
  pause(ms: number): void {
    this.#nowMs += ms;
  }
}

/** The bucket as the servers keep it: keys expire a while after they were written. */
export class SimulatedLeaseStore implements LeaseStore {
  /** Refuses everything, as servers without a quorum do. */
  isDown = false;
  /** Stores the next write and loses its answer. */
  losesNextAnswer = false;
  /** Shows keys for ever, as servers do for a while after their end. */
  keepsExpired = false;
  readonly #clock: Clock;
  readonly #ttlMs: number;
  readonly #entries = new Map<string, LeaseEntry & { readonly writtenMs: number }>();
  #revision = 0;

  constructor(clock: Clock, ttlMs: number) {
    this.#clock = clock;
    this.#ttlMs = ttlMs;
  }

  async put(key: string, value: string, expectedRevision: number): Promise<number | undefined> {
    this.#assertUp();
    if ((this.#live().find((entry) => entry.key === key)?.revision ?? 0) !== expectedRevision)
      return undefined;
    this.#entries.set(key, { key, value, revision: ++this.#revision, writtenMs: this.#clock.now() });
    if (this.losesNextAnswer) {
      this.losesNextAnswer = false;
      throw new JetStreamError("TIMED_OUT", "the answer was lost");
    }
    return this.#revision;
  }

  async entries(): Promise<readonly LeaseEntry[]> {
    this.#assertUp();
    return this.#live();
  }

  onChange(): () => void {
    return () => {};
  }

  #live(): LeaseEntry[] {
    const sinceMs = this.#clock.now() - this.#ttlMs;
    return [...this.#entries.values()].filter(({ writtenMs }) => this.keepsExpired || writtenMs > sinceMs);
  }

  #assertUp(): void {
    if (this.isDown) throw new JetStreamError("UNAVAILABLE", "no quorum");
  }
}

/** Lets promises run that wait for nothing but each other. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}
