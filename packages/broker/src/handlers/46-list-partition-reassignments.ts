import { ListPartitionReassignments } from "@letterpress/protocol";
import { handler } from "../handler.ts";

/** ListPartitionReassignments 0. Partitions are placed by the brokers themselves: none is ever being reassigned. */
export const listPartitionReassignments = handler(ListPartitionReassignments, () => ({
  throttleTimeMs: 0,
  errorCode: 0,
  errorMessage: null,
  topics: [],
}));
