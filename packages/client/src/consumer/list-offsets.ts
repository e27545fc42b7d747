import { ListOffsets } from "@letterpress/protocol";
import { backoffMs, delay } from "../backoff.ts";
import { brokerError } from "../broker-error.ts";
import { LetterpressError } from "../letterpress-error.ts";
import type { Cluster } from "../metadata/cluster.ts";
import { ADMIN_PATIENCE_MS } from "../patience.ts";
import type { TopicPartition } from "../record.ts";
import { partitionKey } from "./partition-state.ts";

/** The timestamps that stand for the ends of a log. */
export const LATEST_TIMESTAMP = -1n;
export const EARLIEST_TIMESTAMP = -2n;

const CONSUMER_REPLICA_ID = -1;

/** An offset and the time of its record, as a broker found them. */
export interface FoundOffset {
  /** -1 when no record is as late as the timestamp. */
  readonly offset: bigint;
  /** Milliseconds since the epoch; -1 for the ends of a log. */
  readonly timestampMs: number;
}

export interface ListOffsetsOptions {
  /** How long to ask again while leaders move, or are missing. Default 5 s. */
  readonly patienceMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * The first offset at or after a timestamp, by partition key. Retries while leaders move.
 *
 * @throws LetterpressError `UNKNOWN_TOPIC`, `AUTHORIZATION_FAILED`, `BROKER_ERROR`, or why no leader was reached.
 */
export async function listOffsets(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
  timestamp: bigint,
  isReadCommitted: boolean,
  { patienceMs = ADMIN_PATIENCE_MS, signal }: ListOffsetsOptions = {},
): Promise<Map<string, FoundOffset>> {
  const found = new Map<string, FoundOffset>();
  const deadlineMs = performance.now() + patienceMs;
  let open = partitions;
  for (let attempt = 1; open.length > 0; attempt++) {
    for (const topic of new Set(open.map(({ topic }) => topic))) await cluster.topic(topic, signal);
    const failures = await Promise.all(
      byLeader(cluster, open).map(([leaderId, led]) =>
        askLeader(cluster, leaderId, led, timestamp, isReadCommitted, found).catch(LetterpressError.from),
      ),
    );
    open = open.filter(({ topic, partition }) => !found.has(partitionKey(topic, partition)));
    if (open.length === 0) break;
    const failure = failures.find((candidate) => candidate !== undefined) ?? noLeader(open[0]!);
    if (!failure.retriable || performance.now() > deadlineMs) throw failure;
    await delay(backoffMs(attempt), signal);
    // A refresh that fails is tried again by the next attempt.
    await cluster.refresh().catch(() => undefined);
  }
  return found;
}

function byLeader(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
): [leaderId: number, partitions: TopicPartition[]][] {
  const leaderOf = ({ topic, partition }: TopicPartition): number =>
    cluster.metadata.partition(topic, partition)?.leaderId ?? -1;
  return [...Map.groupBy(partitions, leaderOf)].filter(([leaderId]) => leaderId >= 0);
}

/** Adds what the leader knows to `found`; returns its last error. */
async function askLeader(
  cluster: Cluster,
  leaderId: number,
  partitions: readonly TopicPartition[],
  timestamp: bigint,
  isReadCommitted: boolean,
  found: Map<string, FoundOffset>,
): Promise<LetterpressError | undefined> {
  const connection = await cluster.node(leaderId);
  const response = await connection.request(ListOffsets, {
    replicaId: CONSUMER_REPLICA_ID,
    isolationLevel: isReadCommitted ? 1 : 0,
    topics: [...Map.groupBy(partitions, ({ topic }) => topic)].map(([name, list]) => ({
      name,
      partitions: list.map(({ partition }) => ({
        partitionIndex: partition,
        currentLeaderEpoch: cluster.metadata.partition(name, partition)?.leaderEpoch ?? -1,
        timestamp,
      })),
    })),
  });
  let failure: LetterpressError | undefined;
  for (const { name, partitions: answers } of response.topics) {
    for (const { partitionIndex, errorCode, offset, timestamp } of answers) {
      if (errorCode === 0) {
        found.set(partitionKey(name, partitionIndex), { offset, timestampMs: Number(timestamp) });
      } else {
        failure = brokerError(errorCode, `cannot find offsets of ${name}-${partitionIndex}`, {
          topic: name,
          partition: partitionIndex,
        });
      }
    }
  }
  return failure;
}

function noLeader({ topic, partition }: TopicPartition): LetterpressError {
  return new LetterpressError("BROKER_ERROR", `${topic}-${partition} has no leader at the moment`, {
    topic,
    partition,
    retriable: true,
    kafkaError: "LEADER_NOT_AVAILABLE",
  });
}
