import { setTimeout as delay } from "node:timers/promises";
import { JetStreamError } from "./jetstream-error.ts";

const RETRY_MS = 200;

/** Tries again while servers elect or do not answer, for up to `timeoutMs`; what they refuse is refused. */
export async function retryWhileElecting<T>(timeoutMs: number, run: () => Promise<T>): Promise<T> {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await run();
    } catch (error) {
      const mayPass = error instanceof JetStreamError && error.code !== "REFUSED";
      if (!mayPass || performance.now() > deadlineMs) throw error;
    }
    await delay(RETRY_MS);
  }
}
