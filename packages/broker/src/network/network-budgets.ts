import type { ByteBudget } from "./byte-budget.ts";

/** What all connections of the process share. */
export interface NetworkBudgets {
  /** The requests in flight. */
  readonly requests: ByteBudget;
  /** What was received of requests that are not complete. */
  readonly received: ByteBudget;
  /** The responses that their peers have not taken yet, and what is being read for others. */
  readonly responses: ByteBudget;
}
