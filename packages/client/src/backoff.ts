import { setTimeout as sleep } from "node:timers/promises";
import { LetterpressError } from "./letterpress-error.ts";

const BASE_MS = 50;
const MAX_MS = 1_000;

/** How long to wait before attempt `attempt` (1 for the first repetition): exponential, with 20 % of jitter. */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  const exponential = Math.min(MAX_MS, BASE_MS * 2 ** Math.min(attempt - 1, 10));
  return exponential * (0.8 + 0.4 * random());
}

/** Waits; rejects with `ABORTED` as soon as the signal fires. */
export async function delay(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, signal === undefined ? {} : { signal });
  } catch (cause) {
    throw new LetterpressError("ABORTED", "the wait was aborted", { cause });
  }
}
