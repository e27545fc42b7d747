/** Time that only goes forward, so that leases do not depend on what the wall clock is set to. */
export interface Clock {
  /** Milliseconds since some moment in the past. */
  now(): number;
  /** Calls `run` once after `delayMs`; returns what cancels it. */
  after(delayMs: number, run: () => void): () => void;
}

/** The process's own monotonic clock. Its timers do not keep the process alive. */
export const SYSTEM_CLOCK: Clock = {
  now: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
