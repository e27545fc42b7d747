import { api } from "../api.ts";
import { array, bool, int16, int32, int64, string, struct } from "../schema/index.ts";

const topic = struct({
  name: string(),
  partitions: array(int32()),
});

const partitionResult = struct({
  partitionIndex: int32(),
  partitionErrorCode: int16(),
});

const topicResult = struct({
  name: string(),
  resultsByPartition: array(partitionResult),
});

/**
 * Adds partitions to a transaction (KIP-98).
 *
 * Clients use versions 0 to 3, for one transaction; brokers use 4 and later, for several and to verify
 * only (KIP-890).
 */
export const AddPartitionsToTxn = api({
  key: 24,
  name: "AddPartitionsToTxn",
  versions: [0, 5],
  flexible: 3,
  request: struct({
    transactions: array(
      struct({
        transactionalId: string(),
        producerId: int64(),
        producerEpoch: int16(),
        verifyOnly: bool(),
        topics: array(topic),
      }),
    ).since(4),
    v3AndBelowTransactionalId: string().until(3),
    v3AndBelowProducerId: int64().until(3),
    v3AndBelowProducerEpoch: int16().until(3),
    v3AndBelowTopics: array(topic).until(3),
  }),
  response: struct({
    throttleTimeMs: int32().default(0),
    errorCode: int16().since(4).ignorable(),
    resultsByTransaction: array(
      struct({
        transactionalId: string(),
        topicResults: array(topicResult),
      }),
    ).since(4),
    resultsByTopicV3AndBelow: array(topicResult).until(3),
  }),
});
