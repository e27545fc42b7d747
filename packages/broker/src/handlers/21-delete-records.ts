import { DeleteRecords } from "@letterpress/protocol";
import type { Broker } from "../broker.ts";
import { BrokerError } from "../broker-error.ts";
import { handler } from "../handler.ts";
import { locatePartition } from "../partition/locate-partition.ts";
import { toBrokerError } from "../partition/log-error-codes.ts";

const HIGH_WATERMARK = -1n;

/** DeleteRecords 0-2. As in Apache Kafka, only topics that are deleted from, not merely compacted, allow it. */
export const deleteRecords = handler(DeleteRecords, async ({ topics }, { broker }) => ({
  throttleTimeMs: 0,
  topics: await Promise.all(
    topics.map(async ({ name, partitions }) => ({
      name,
      partitions: await Promise.all(
        partitions.map(async ({ partitionIndex, offset }) => {
          try {
            const lowWatermark = await trim(broker, name, partitionIndex, offset);
            return { partitionIndex, lowWatermark, errorCode: 0 };
          } catch (error) {
            return { partitionIndex, lowWatermark: -1n, errorCode: toBrokerError(error).errorCode };
          }
        }),
      ),
    })),
  ),
}));

async function trim(broker: Broker, topic: string, index: number, offset: bigint): Promise<bigint> {
  const { log, topic: found } = locatePartition(broker, topic, index).partition;
  if (found.isInternal || !found.config["cleanup.policy"].includes("delete")) {
    throw new BrokerError(
      "POLICY_VIOLATION",
      `records of ${topic} are not deleted: it is internal or compacted`,
    );
  }
  const until = offset === HIGH_WATERMARK ? log.highWatermark : offset;
  if (until < 0n || until > log.highWatermark) {
    throw new BrokerError(
      "OFFSET_OUT_OF_RANGE",
      `offset ${offset} is not between 0 and ${log.highWatermark}`,
    );
  }
  return log.trim(until);
}
