import type { ReaderDeclaration } from "@letterpress/schema";
import type { ResolvedClientOptions } from "../client-options.ts";
import { LetterpressError } from "../letterpress-error.ts";
import type { Assignor } from "./assignors/assignor.ts";
import { cooperativeSticky } from "./assignors/cooperative-sticky.ts";
import { range } from "./assignors/range.ts";
import { roundRobin } from "./assignors/round-robin.ts";
import type { AssignmentListener, AssignorName, ConsumerOptions, OffsetReset } from "./consumer-options.ts";

const BUILT_IN: Readonly<Record<AssignorName, Assignor>> = {
  "cooperative-sticky": cooperativeSticky,
  range,
  roundrobin: roundRobin,
};

/** {@link ConsumerOptions} with every default filled in. */
export interface ResolvedConsumerOptions {
  readonly topics: readonly string[];
  readonly group: string | undefined;
  readonly groupInstanceId: string | undefined;
  readonly readerSchemas: readonly ReaderDeclaration[];
  readonly assignors: readonly Assignor[];
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly maxPollIntervalMs: number;
  readonly autoOffsetReset: OffsetReset;
  readonly autoCommit: boolean;
  readonly autoCommitIntervalMs: number;
  readonly isReadCommitted: boolean;
  readonly minBytes: number;
  readonly maxWaitMs: number;
  readonly fetchBytes: number;
  readonly partitionFetchBytes: number;
  readonly bufferBytes: number;
  readonly batchRecordsMax: number;
  readonly requestTimeoutMs: number;
  readonly onPartitionsAssigned: AssignmentListener | undefined;
  readonly onPartitionsRevoked: AssignmentListener | undefined;
  readonly onPartitionsLost: AssignmentListener | undefined;
}

/** @throws LetterpressError `INVALID_ARGUMENT` for options that contradict each other. */
export function resolveConsumerOptions(
  options: ConsumerOptions,
  client: ResolvedClientOptions,
): ResolvedConsumerOptions {
  const { group, topics = [], sessionTimeoutMs = 45_000, assignors = ["cooperative-sticky"] } = options;
  if (topics.length > 0 && group === undefined) {
    throw new LetterpressError(
      "INVALID_ARGUMENT",
      "subscribing to topics needs a group: add { group: name }",
    );
  }
  if (options.autoCommit === true && group === undefined) {
    throw new LetterpressError(
      "INVALID_ARGUMENT",
      "autoCommit needs a group: offsets are stored under its name",
    );
  }
  return {
    topics: [...new Set(topics)],
    group,
    groupInstanceId: options.groupInstanceId,
    readerSchemas: options.readerSchemas ?? [],
    assignors: assignors.map((assignor) => (typeof assignor === "string" ? BUILT_IN[assignor] : assignor)),
    sessionTimeoutMs,
    heartbeatIntervalMs: Math.min(options.heartbeatIntervalMs ?? 3_000, sessionTimeoutMs / 3),
    rebalanceTimeoutMs: options.rebalanceTimeoutMs ?? 60_000,
    maxPollIntervalMs: options.maxPollIntervalMs ?? 300_000,
    autoOffsetReset: options.autoOffsetReset ?? "earliest",
    autoCommit: options.autoCommit ?? group !== undefined,
    autoCommitIntervalMs: options.autoCommitIntervalMs ?? 5_000,
    isReadCommitted: options.isolationLevel !== "read-uncommitted",
    minBytes: options.minBytes ?? 1,
    maxWaitMs: options.maxWaitMs ?? 500,
    fetchBytes: options.fetchBytes ?? 16 * 1024 * 1024,
    partitionFetchBytes: options.partitionFetchBytes ?? 1024 * 1024,
    bufferBytes: options.bufferBytes ?? 32 * 1024 * 1024,
    batchRecordsMax: options.batchRecordsMax ?? 500,
    requestTimeoutMs: options.requestTimeoutMs ?? client.requestTimeoutMs,
    onPartitionsAssigned: options.onPartitionsAssigned,
    onPartitionsRevoked: options.onPartitionsRevoked,
    onPartitionsLost: options.onPartitionsLost ?? options.onPartitionsRevoked,
  };
}
