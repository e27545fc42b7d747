import type { PartitionLog, TimestampedOffset } from "@letterpress/log";
import { ListOffsets, type ResponseInitOf } from "@letterpress/protocol";
import type { Broker } from "../broker.ts";
import { BrokerError } from "../broker-error.ts";
import { distinctPartitions } from "../distinct-by.ts";
import { handler } from "../handler.ts";
import { forEachBounded } from "../partition/for-each-bounded.ts";
import { locatePartition } from "../partition/locate-partition.ts";
import { toBrokerError } from "../partition/log-error-codes.ts";

type PartitionInit = ResponseInitOf<typeof ListOffsets>["topics"][number]["partitions"][number];

const LEADER_EPOCH_SINCE = 4;
const LATEST = -1n;
const EARLIEST = -2n;
const MAX_TIMESTAMP = -3n;
const EARLIEST_LOCAL = -4n;
const LATEST_TIERED = -5n;
const NOT_FOUND: TimestampedOffset = { offset: -1n, timestampMs: -1, leaderEpoch: -1 };

/** Looking for a timestamp reads a part of the log, so that only as many partitions are looked at side by side. */
const CONCURRENCY = 16;

/** ListOffsets 1-9. Nothing is tiered: the earliest local offset is the earliest, and there is no latest tiered one. */
export const listOffsets = handler(ListOffsets, async (request, { broker, apiVersion }) => {
  const topics: { readonly name: string; readonly partitions: PartitionInit[] }[] = [];
  for (const { name, partitions } of distinctPartitions(
    request.topics,
    (topic) => topic.name,
    (topic) => topic.partitions,
    ({ partitionIndex }) => partitionIndex,
  )) {
    const listed: PartitionInit[] = [];
    await forEachBounded(partitions.entries(), CONCURRENCY, async ([at, asked]) => {
      const { partitionIndex, timestamp, currentLeaderEpoch } = asked;
      const found = await listOffset(broker, name, partitionIndex, timestamp, currentLeaderEpoch);
      listed[at] = apiVersion < LEADER_EPOCH_SINCE ? { ...found, leaderEpoch: -1 } : found;
    });
    topics.push({ name, partitions: listed });
  }
  return { topics };
});

async function listOffset(
  broker: Broker,
  topic: string,
  partitionIndex: number,
  timestamp: bigint,
  currentLeaderEpoch: number,
): Promise<PartitionInit> {
  try {
    const { partition, leadership } = locatePartition(broker, topic, partitionIndex, currentLeaderEpoch);
    const found = await find(partition.log, timestamp, leadership.leaderEpoch);
    // Looking takes time, in which another broker may have come to lead.
    locatePartition(broker, topic, partitionIndex, leadership.leaderEpoch);
    return {
      partitionIndex,
      errorCode: 0,
      timestamp: BigInt(found.timestampMs),
      offset: found.offset,
      leaderEpoch: found.leaderEpoch,
    };
  } catch (error) {
    const { errorCode } = toBrokerError(error);
    return { partitionIndex, errorCode };
  }
}

async function find(log: PartitionLog, timestamp: bigint, leaderEpoch: number): Promise<TimestampedOffset> {
  switch (timestamp) {
    case LATEST:
      return { offset: log.highWatermark, timestampMs: -1, leaderEpoch };
    case EARLIEST:
    case EARLIEST_LOCAL:
      return { offset: log.startOffset, timestampMs: -1, leaderEpoch };
    case MAX_TIMESTAMP:
      return (await log.offsetOfMaxTimestamp()) ?? NOT_FOUND;
    case LATEST_TIERED:
      return NOT_FOUND;
    default:
      if (timestamp < 0n)
        throw new BrokerError("UNSUPPORTED_VERSION", `timestamp ${timestamp} has no meaning here`);
      return (await log.offsetForTimestamp(Number(timestamp))) ?? NOT_FOUND;
  }
}
