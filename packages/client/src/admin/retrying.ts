import { backoffMs, delay } from "../backoff.ts";
import { LetterpressError } from "../letterpress-error.ts";
import type { Cluster } from "../metadata/cluster.ts";

const ATTEMPTS_MAX = 5;
/** Retriable for a producer, which waits for a topic to appear; an administrator wants to hear of it. */
const FINAL_CODES: readonly string[] = ["UNKNOWN_TOPIC"];

/** Runs a request again when the controller or a leader has moved, or a connection was lost. */
export async function retrying<T>(cluster: Cluster, attempt: () => Promise<T>): Promise<T> {
  for (let count = 1; ; count++) {
    try {
      return await attempt();
    } catch (cause) {
      const error = LetterpressError.from(cause);
      const isRetriable = error.retriable || error.kafkaError === "NOT_CONTROLLER";
      if (!isRetriable || FINAL_CODES.includes(error.code) || count === ATTEMPTS_MAX) throw error;
      await delay(backoffMs(count));
      await cluster.refresh().catch(() => undefined);
    }
  }
}
