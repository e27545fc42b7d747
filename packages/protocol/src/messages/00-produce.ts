import { api } from "../api.ts";
import { WRITER_SCHEMAS_TAG } from "../letterpress-tags.ts";
import {
  array,
  bytes,
  int16,
  int32,
  int64,
  nullableString,
  records,
  string,
  struct,
} from "../schema/index.ts";

/**
 * Appends record batches to partitions.
 *
 * Versions 0 to 2 carry message sets older than record batch v2; they are declared only so that a broker
 * can refuse them properly. Version 3 adds the transactional id, 7 allows zstd, 8 reports the records
 * that made a batch fail (KIP-467), 10 names the current leader after a NOT_LEADER_OR_FOLLOWER (KIP-951)
 * and 11 adds the error TRANSACTION_ABORTABLE (KIP-890).
 */
export const Produce = api({
  key: 0,
  name: "Produce",
  versions: [0, 11],
  flexible: 9,
  request: struct({
    transactionalId: nullableString().since(3).default(null),
    /** 0 for no response at all, 1 for the leader alone, -1 for all in-sync replicas. */
    acks: int16(),
    timeoutMs: int32(),
    topicData: array(
      struct({
        name: string(),
        partitionData: array(
          struct({
            index: int32(),
            records: records(),
          }),
        ),
        /** Of Letterpress: what the client's writer schemas are, in words that the broker only passes on. */
        writerSchemas: bytes().since(9).tagged(WRITER_SCHEMAS_TAG).ignorable(),
      }),
    ),
  }),
  response: struct({
    responses: array(
      struct({
        name: string(),
        partitionResponses: array(
          struct({
            index: int32(),
            errorCode: int16(),
            baseOffset: int64(),
            /** -1 unless the topic uses log append time. */
            logAppendTimeMs: int64().since(2).default(-1n).ignorable(),
            logStartOffset: int64().since(5).default(-1n).ignorable(),
            recordErrors: array(
              struct({
                /** The index of the record in its batch. */
                batchIndex: int32(),
                batchIndexErrorMessage: nullableString().default(null),
              }),
            )
              .since(8)
              .ignorable(),
            errorMessage: nullableString().since(8).default(null).ignorable(),
            currentLeader: struct({
              leaderId: int32().default(-1),
              leaderEpoch: int32().default(-1),
            })
              .since(10)
              .tagged(0),
          }),
        ),
      }),
    ),
    throttleTimeMs: int32().since(1).ignorable(),
    nodeEndpoints: array(
      struct({
        nodeId: int32(),
        host: string(),
        port: int32(),
        rack: nullableString().default(null),
      }),
    )
      .since(10)
      .tagged(0),
  }),
});
