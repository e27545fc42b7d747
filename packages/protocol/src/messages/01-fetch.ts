import { api } from "../api.ts";
import {
  array,
  int8,
  int16,
  int32,
  int64,
  nullableArray,
  nullableString,
  records,
  string,
  struct,
  uuid,
} from "../schema/index.ts";

/**
 * Reads record batches from partitions, within an incremental fetch session from version 7 on (KIP-227).
 *
 * Version 4 is the first that carries record batch v2. Version 9 adds the leader epoch that fences stale
 * readers (KIP-320), 10 allows zstd, 11 adds the rack of the reader (KIP-392), 12 detects diverging logs
 * (KIP-595), 13 replaces topic names by topic ids (KIP-516), 15 moves the replica id into a tagged field
 * (KIP-903) and 16 names the current leader's endpoint (KIP-951).
 */
export const Fetch = api({
  key: 1,
  name: "Fetch",
  versions: [4, 17],
  flexible: 12,
  request: struct({
    clusterId: nullableString().since(12).default(null).ignorable().tagged(0),
    /** -1 for a consumer. */
    replicaId: int32().until(14).default(-1),
    replicaState: struct({
      replicaId: int32().default(-1),
      replicaEpoch: int64().default(-1n),
    })
      .since(15)
      .tagged(1),
    maxWaitMs: int32(),
    minBytes: int32(),
    maxBytes: int32().default(0x7fffffff).ignorable(),
    /** 0 reads uncommitted records, 1 committed ones only. */
    isolationLevel: int8().ignorable(),
    sessionId: int32().since(7).ignorable(),
    /** 0 opens a session, -1 closes it or goes without one. */
    sessionEpoch: int32().since(7).default(-1).ignorable(),
    topics: array(
      struct({
        topic: string().until(12).ignorable(),
        topicId: uuid().since(13).ignorable(),
        partitions: array(
          struct({
            partition: int32(),
            currentLeaderEpoch: int32().since(9).default(-1).ignorable(),
            fetchOffset: int64(),
            lastFetchedEpoch: int32().since(12).default(-1),
            logStartOffset: int64().since(5).default(-1n).ignorable(),
            partitionMaxBytes: int32(),
            replicaDirectoryId: uuid().since(17).ignorable().tagged(0),
          }),
        ),
      }),
    ),
    forgottenTopicsData: array(
      struct({
        topic: string().until(12).ignorable(),
        topicId: uuid().since(13).ignorable(),
        partitions: array(int32()),
      }),
    ).since(7),
    rackId: string().since(11).ignorable(),
  }),
  response: struct({
    throttleTimeMs: int32().default(0).ignorable(),
    errorCode: int16().since(7).ignorable(),
    sessionId: int32().since(7),
    responses: array(
      struct({
        topic: string().until(12).ignorable(),
        topicId: uuid().since(13).ignorable(),
        partitions: array(
          struct({
            partitionIndex: int32(),
            errorCode: int16(),
            highWatermark: int64(),
            lastStableOffset: int64().default(-1n).ignorable(),
            logStartOffset: int64().since(5).default(-1n).ignorable(),
            divergingEpoch: struct({
              epoch: int32().default(-1),
              endOffset: int64().default(-1n),
            })
              .since(12)
              .tagged(0),
            currentLeader: struct({
              leaderId: int32().default(-1),
              leaderEpoch: int32().default(-1),
            })
              .since(12)
              .tagged(1),
            snapshotId: struct({
              endOffset: int64().default(-1n),
              epoch: int32().default(-1),
            })
              .since(12)
              .tagged(2),
            /** Null when the reader asked for uncommitted records. */
            abortedTransactions: nullableArray(
              struct({
                producerId: int64(),
                firstOffset: int64(),
              }),
            ).ignorable(),
            preferredReadReplica: int32().since(11).default(-1),
            records: records(),
          }),
        ),
      }),
    ),
    nodeEndpoints: array(
      struct({
        nodeId: int32(),
        host: string(),
        port: int32(),
        rack: nullableString().default(null),
      }),
    )
      .since(16)
      .tagged(0),
  }),
});
