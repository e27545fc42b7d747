import { DescribeProducers, type ResponseInitOf } from "@letterpress/protocol";
import type { Broker } from "../broker.ts";
import { distinctPartitions } from "../distinct-by.ts";
import { handler } from "../handler.ts";
import { locatePartition } from "../partition/locate-partition.ts";
import { toBrokerError } from "../partition/log-error-codes.ts";

type TopicInit = ResponseInitOf<typeof DescribeProducers>["topics"][number];
type PartitionInit = TopicInit["partitions"][number];

/**
 * DescribeProducers 0: the idempotent producers that the logs remember; none has a transaction. Beside them, where one of
 * the topic's partitions is led here, what clients have declared that they write the topic with.
 */
export const describeProducers = handler(DescribeProducers, ({ topics }, { broker }) => ({
  throttleTimeMs: 0,
  topics: distinctPartitions(
    topics,
    ({ name }) => name,
    ({ partitionIndexes }) => partitionIndexes,
    (index) => index,
  ).map(({ name, partitions: indexes }): TopicInit => {
    const partitions = indexes.map((index) => describePartition(broker, name, index));
    return { name, partitions, writers: writersOf(broker, name, partitions) };
  }),
}));

function describePartition(broker: Broker, topic: string, partitionIndex: number): PartitionInit {
  try {
    const { log } = locatePartition(broker, topic, partitionIndex).partition;
    const activeProducers = log.producers().map((producer) => ({
      producerId: producer.producerId,
      producerEpoch: producer.producerEpoch,
      lastSequence: producer.lastSequence,
      lastTimestamp: BigInt(producer.lastTimestampMs),
      coordinatorEpoch: -1,
    }));
    return { partitionIndex, errorCode: 0, activeProducers };
  } catch (error) {
    const { errorCode, message } = toBrokerError(error);
    return { partitionIndex, errorCode, errorMessage: message, activeProducers: [] };
  }
}

function writersOf(broker: Broker, topic: string, partitions: readonly PartitionInit[]) {
  if (partitions.every(({ errorCode }) => errorCode !== 0)) return [];
  const active = new Set(
    partitions.flatMap(({ activeProducers }) => activeProducers.map(({ producerId }) => producerId)),
  );
  return broker.writers.of(topic, active).map(({ declaredAtMs, leftAtMs, ...writer }) => ({
    ...writer,
    declaredAtMs: BigInt(declaredAtMs),
    leftAtMs: BigInt(leftAtMs),
  }));
}
