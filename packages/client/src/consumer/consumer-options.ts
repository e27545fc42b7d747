import type { ReaderDeclaration } from "@letterpress/schema";
import type { TopicPartition } from "../record.ts";
import type { Assignor } from "./assignors/assignor.ts";

/** The names of the built-in assignors, as every Kafka client spells them. */
export type AssignorName = "cooperative-sticky" | "range" | "roundrobin";

/** What to do where a group has no committed offset, or the committed one is not in the log any more. */
export type OffsetReset = "earliest" | "latest" | "none";

/** Told of changes in the assignment. Consuming of the partitions waits for the promise. */
export type AssignmentListener = (partitions: readonly TopicPartition[]) => void | Promise<void>;

/** How a consumer reads. Sizes in bytes, times in milliseconds. */
export interface ConsumerOptions {
  /** The topics to subscribe to. Leave it out to choose partitions with `assign`. */
  readonly topics?: readonly string[] | undefined;
  /** The consumer group. Needed to subscribe and to commit. */
  readonly group?: string | undefined;
  /** Makes the member static: it may restart within the session timeout without a rebalance (KIP-345). */
  readonly groupInstanceId?: string | undefined;
  /**
   * The schemas this member reads with, for others to see in the group's description: tools can then tell whom a
   * change of schema would break. Typed consumers declare theirs. Default: none.
   */
  readonly readerSchemas?: readonly ReaderDeclaration[] | undefined;
  /** Offered in this order; the group takes one that all members know. Default `["cooperative-sticky"]`. */
  readonly assignors?: readonly (AssignorName | Assignor)[] | undefined;
  /** Without a heartbeat for this long the member is dropped. Default 45,000. */
  readonly sessionTimeoutMs?: number | undefined;
  /** Default 3,000, and never more than a third of the session timeout. */
  readonly heartbeatIntervalMs?: number | undefined;
  /** How long the group waits for a member to finish its work and join again. Default 60,000. */
  readonly rebalanceTimeoutMs?: number | undefined;
  /** A loop body that takes longer loses the member its partitions. Default 300,000. */
  readonly maxPollIntervalMs?: number | undefined;
  /** Default `earliest`, so that a new group skips nothing. */
  readonly autoOffsetReset?: OffsetReset | undefined;
  /** Commit what the loop has finished, at an interval, on revocation and on close. Default true with a group. */
  readonly autoCommit?: boolean | undefined;
  /** Default 5,000. */
  readonly autoCommitIntervalMs?: number | undefined;
  /** Default `read-committed`: records of open and aborted transactions are left out. */
  readonly isolationLevel?: "read-committed" | "read-uncommitted" | undefined;
  /** The broker answers a fetch when it has this much. Default 1. */
  readonly minBytes?: number | undefined;
  /** How long the broker waits for `minBytes`. Default 500. */
  readonly maxWaitMs?: number | undefined;
  /** What one fetch returns at the most. Default 16 MiB. */
  readonly fetchBytes?: number | undefined;
  /** What one fetch returns of one partition. Default 1 MiB. */
  readonly partitionFetchBytes?: number | undefined;
  /** What is fetched ahead of the loop, all partitions together. Default 32 MiB. */
  readonly bufferBytes?: number | undefined;
  /** The most records in one batch of `batches()`. Default 500. */
  readonly batchRecordsMax?: number | undefined;
  /** Default 30,000. */
  readonly requestTimeoutMs?: number | undefined;
  readonly onPartitionsAssigned?: AssignmentListener | undefined;
  /** Called before partitions go, while their offsets can still be committed. */
  readonly onPartitionsRevoked?: AssignmentListener | undefined;
  /** Called when partitions are gone already: the session was lost. Default: `onPartitionsRevoked`. */
  readonly onPartitionsLost?: AssignmentListener | undefined;
  /** When it fires the iteration ends and the consumer leaves its group. */
  readonly signal?: AbortSignal | undefined;
}
