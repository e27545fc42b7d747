import type { InFlightBudget } from "./in-flight-budget.ts";
import type { TailBudget } from "./tail-cache.ts";

/** What the logs of an engine share. */
export interface LogServices {
  readonly tailBudget: TailBudget;
  readonly inFlightBudget: InFlightBudget;
  /** The largest batch that fits one message, in bytes. It changes when servers are configured anew. */
  readonly batchBytesMax: number;
}
