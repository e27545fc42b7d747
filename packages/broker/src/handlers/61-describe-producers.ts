import { DescribeProducers } from "@letterpress/protocol";
import { handler } from "../handler.ts";
import { locatePartition } from "../partition/locate-partition.ts";
import { toBrokerError } from "../partition/log-error-codes.ts";

/** DescribeProducers 0: the idempotent producers that the log remembers. None has a transaction. */
export const describeProducers = handler(DescribeProducers, ({ topics }, { broker }) => ({
  throttleTimeMs: 0,
  topics: topics.map(({ name, partitionIndexes }) => ({
    name,
    partitions: partitionIndexes.map((partitionIndex) => {
      try {
        const { log } = locatePartition(broker, name, partitionIndex).partition;
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
    }),
  })),
}));
