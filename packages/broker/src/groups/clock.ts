/** Time, as the group coordinator needs it. Tests have their own. */
export interface Clock {
  /** Milliseconds since the epoch; never goes backwards. */
  now(): number;
  /** Calls `run` once after `delayMs`, unless the returned function is called before. */
  schedule(delayMs: number, run: () => void): () => void;
}

/** The process's monotonic clock. It keeps sessions alive when somebody sets the machine's time. */
export const SYSTEM_CLOCK: Clock = {
  now: () => Math.floor(performance.timeOrigin + performance.now()),
  schedule(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
