import { OffsetForLeaderEpoch } from "@letterpress/protocol";
import { handler } from "../handler.ts";
import { locatePartition } from "../partition/locate-partition.ts";
import { toBrokerError } from "../partition/log-error-codes.ts";

/** OffsetForLeaderEpoch 2-4: where an epoch ended, so that a consumer notices a log that was cut (KIP-320). */
export const offsetForLeaderEpoch = handler(OffsetForLeaderEpoch, ({ topics }, { broker }) => ({
  topics: topics.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map(({ partition, currentLeaderEpoch, leaderEpoch }) => {
      try {
        const { log } = locatePartition(broker, topic, partition, currentLeaderEpoch).partition;
        const { epoch, endOffset } = log.endOffsetForEpoch(leaderEpoch);
        return { partition, errorCode: 0, leaderEpoch: epoch, endOffset };
      } catch (error) {
        return { partition, errorCode: toBrokerError(error).errorCode };
      }
    }),
  })),
}));
