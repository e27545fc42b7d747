import type { Clock } from "./clock.ts";

/** Longer delays are slept in parts: timers of Node.js overflow after 24 days. */
const DELAY_MS_MAX = 3_600_000;

/** A timer this late was held up: the process was stopped, or busy. */
const LATE_MS = 1000;
/** Then whatever came meanwhile, heartbeats above all, gets this long to be read before anybody is given up. */
const GRACE_MS = 1000;

/** Something that has to be looked at when its time comes. */
export interface Timed {
  onDeadline(nowMs: number): void;
}

interface Entry {
  readonly deadlineMs: number;
  readonly item: Timed;
}

/**
 * One timer for many deadlines. An item may be called before the deadline it was armed with last, and then arms
 * itself again: deadlines that only move later, as heartbeats make them, cost nothing.
 */
export class DeadlineTimer {
  readonly #clock: Clock;
  /** A binary heap, earliest first. Entries that `#armed` does not know any more are stale. */
  readonly #heap: Entry[] = [];
  readonly #armed = new Map<Timed, number>();
  #cancel: (() => void) | undefined;
  #wakeMs = Number.POSITIVE_INFINITY;
  /** The timer was late, and sleeps a little more; once only, or a busy process would never give anybody up. */
  #isGrace = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Makes sure that `item` is called at `deadlineMs` or before; undefined asks for nothing. */
  arm(item: Timed, deadlineMs: number | undefined): void {
    if (deadlineMs === undefined) return;
    const armedMs = this.#armed.get(item);
    if (armedMs !== undefined && armedMs <= deadlineMs) return;
    this.#armed.set(item, deadlineMs);
    this.#push({ deadlineMs, item });
    this.#sleep();
  }

  disarm(item: Timed): void {
    this.#armed.delete(item);
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#armed.clear();
    this.#heap.length = 0;
  }

  #sleep(): void {
    const next = this.#heap[0];
    if (next === undefined || (this.#cancel !== undefined && this.#wakeMs <= next.deadlineMs)) return;
    this.#cancel?.();
    this.#wakeAt(next.deadlineMs);
  }

  #wakeAt(deadlineMs: number): void {
    const nowMs = this.#clock.now();
    this.#wakeMs = Math.min(Math.max(nowMs, deadlineMs), nowMs + DELAY_MS_MAX);
    this.#cancel = this.#clock.schedule(this.#wakeMs - nowMs, () => this.#wake());
  }

  #wake(): void {
    this.#cancel = undefined;
    const nowMs = this.#clock.now();
    if (nowMs - this.#wakeMs > LATE_MS && !this.#isGrace) {
      this.#isGrace = true;
      this.#wakeAt(nowMs + GRACE_MS);
      return;
    }
    this.#isGrace = false;
    for (let next = this.#heap[0]; next !== undefined && next.deadlineMs <= nowMs; next = this.#heap[0]) {
      this.#pop();
      if (this.#armed.get(next.item) !== next.deadlineMs) continue;
      this.#armed.delete(next.item);
      next.item.onDeadline(nowMs);
    }
    this.#sleep();
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let index = heap.push(entry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (heap[parent]!.deadlineMs <= entry.deadlineMs) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let index = 0;
    for (let child = 1; child < heap.length; child = 2 * index + 1) {
      if (child + 1 < heap.length && heap[child + 1]!.deadlineMs < heap[child]!.deadlineMs) child++;
      if (last.deadlineMs <= heap[child]!.deadlineMs) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = last;
  }
}
