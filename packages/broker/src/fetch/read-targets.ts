import { ERRORS } from "@letterpress/protocol";
import type { Broker } from "../broker.ts";
import { BrokerError } from "../broker-error.ts";
import type { ResponseMemory } from "../network/response-memory.ts";
import { type LocatedPartition, locatePartition } from "../partition/locate-partition.ts";
import { toBrokerError } from "../partition/log-error-codes.ts";
import type { Partition } from "../partition/partition.ts";
import type { FetchResult, FetchTarget } from "./fetch-target.ts";

/** A partition at whose end the reader stands. */
export interface AwaitedPartition {
  readonly partition: Partition;
  /** The high watermark when it was read. */
  readonly highWatermark: bigint;
  readonly sizeBytes: number;
}

export interface ReadTargets {
  readonly results: readonly FetchResult[];
  readonly sizeBytes: number;
  readonly hasError: boolean;
  /** Whether something was left because of memory that other responses take. */
  readonly wasScarce: boolean;
  /** Every partition without an error: more may come in any of them. */
  readonly awaited: readonly AwaitedPartition[];
}

/**
 * Reads the targets in order, at most `maxBytes` together. The first batch that is found is given whole, however
 * large it is, so that a reader always gets on; what does not fit behind it waits for the next fetch, and so does
 * everything while memory for responses is scarce. What is about to be read is counted in `memory`.
 */
export async function readTargets(
  broker: Broker,
  targets: readonly FetchTarget[],
  maxBytes: number,
  memory: ResponseMemory,
): Promise<ReadTargets> {
  const results: FetchResult[] = [];
  const awaited: AwaitedPartition[] = [];
  let leftBytes = maxBytes;
  let sizeBytes = 0;
  let hasError = false;
  let wasScarce = false;
  for (const target of targets) {
    try {
      const located = locateTarget(broker, target);
      const { log } = located.partition;
      const seen = {
        partition: located.partition,
        highWatermark: log.highWatermark,
        sizeBytes: log.sizeBytes,
      };
      const mayRead = !memory.isScarce;
      const aheadBytes = mayRead ? Math.max(0, Math.min(target.maxBytes, leftBytes, seen.sizeBytes)) : 0;
      memory.count(aheadBytes);
      const limits = { leftBytes, isFirst: sizeBytes === 0, mayRead };
      const result = await readTarget(located, target, limits).finally(() => memory.count(-aheadBytes));
      memory.count(result.sizeBytes);
      wasScarce ||= !mayRead && target.fetchOffset < result.highWatermark;
      // A broker that slept while it read may lead no more, and would tell of an end that others have moved on from.
      locateTarget(broker, target);
      results.push(result);
      awaited.push(seen);
      leftBytes -= result.sizeBytes;
      sizeBytes += result.sizeBytes;
      if (result.sizeBytes > 0) broker.metrics.recordsOut(located.partition.topic.name, result.sizeBytes);
    } catch (error) {
      hasError = true;
      results.push(failed(broker, target, toBrokerError(error)));
    }
  }
  return { results, sizeBytes, hasError, wasScarce, awaited };
}

function locateTarget(broker: Broker, target: FetchTarget): LocatedPartition {
  const name = topicNameOf(broker, target);
  if (name === undefined) throw new BrokerError("UNKNOWN_TOPIC_ID", `there is no topic ${target.topicId}`);
  return locatePartition(broker, name, target.partition, target.currentLeaderEpoch);
}

/** Undefined for an id that no topic has. */
function topicNameOf(broker: Broker, { topic, topicId }: FetchTarget): string | undefined {
  return topic !== "" ? topic : broker.topics.byId(topicId)?.name;
}

interface ReadLimits {
  readonly leftBytes: number;
  /** Nothing was read yet, so that one batch may exceed the limit. */
  readonly isFirst: boolean;
  readonly mayRead: boolean;
}

async function readTarget(
  { partition }: LocatedPartition,
  target: FetchTarget,
  { leftBytes, isFirst, mayRead }: ReadLimits,
): Promise<FetchResult> {
  const { log } = partition;
  const limitBytes = Math.min(target.maxBytes, leftBytes);
  const isAtEnd = target.fetchOffset === log.highWatermark;
  const isInRange = target.fetchOffset >= log.startOffset && target.fetchOffset <= log.highWatermark;
  if (isAtEnd || (isInRange && (!mayRead || (limitBytes <= 0 && !isFirst)))) {
    return found(target, log.highWatermark, log.startOffset, [], 0);
  }
  const read = await log.read(target.fetchOffset, Math.max(0, limitBytes));
  if (read.sizeBytes > limitBytes && !isFirst) {
    read.release?.();
    return found(target, read.highWatermark, read.logStartOffset, [], 0);
  }
  const { highWatermark, logStartOffset, chunks, sizeBytes, release } = read;
  return { ...found(target, highWatermark, logStartOffset, chunks, sizeBytes), release };
}

function found(
  target: FetchTarget,
  highWatermark: bigint,
  logStartOffset: bigint,
  chunks: readonly Buffer[],
  sizeBytes: number,
): FetchResult {
  return { target, errorCode: 0, highWatermark, logStartOffset, chunks, sizeBytes };
}

function failed(broker: Broker, target: FetchTarget, error: BrokerError): FetchResult {
  const topic = topicNameOf(broker, target) ?? target.topicId;
  if (error.code === "UNKNOWN_SERVER_ERROR" || error.code === "KAFKA_STORAGE_ERROR") {
    broker.logger.error({ topic, partition: target.partition, err: error }, "a fetch failed");
  }
  const isMoved =
    error.errorCode === ERRORS.NOT_LEADER_OR_FOLLOWER.code ||
    error.errorCode === ERRORS.FENCED_LEADER_EPOCH.code;
  return {
    target,
    errorCode: error.errorCode,
    highWatermark: -1n,
    logStartOffset: -1n,
    chunks: [],
    sizeBytes: 0,
    currentLeader: isMoved ? broker.cluster.leaderOf(topic, target.partition) : undefined,
  };
}
