import { array, int8, int16, int32, int64, nullableArray, string, struct } from "../schema/index.ts";
import { versioned } from "./versioned.ts";

/** The key of a transactional id in `__transaction_state`. */
export const TransactionLogKey = versioned({
  name: "TransactionLogKey",
  versions: [0, 0],
  flexible: Number.POSITIVE_INFINITY,
  body: struct({ transactionalId: string() }),
});

/**
 * The state of a transactional id in `__transaction_state`.
 *
 * Version 1 adds what transactions that raise their epoch need (KIP-890).
 */
export const TransactionLogValue = versioned({
  name: "TransactionLogValue",
  versions: [0, 1],
  flexible: 1,
  body: struct({
    producerId: int64(),
    previousProducerId: int64().since(1).default(-1n).tagged(0),
    nextProducerId: int64().since(1).default(-1n).tagged(1),
    producerEpoch: int16(),
    transactionTimeoutMs: int32(),
    /** 0 empty, 1 ongoing, 2 prepare commit, 3 prepare abort, 4 complete commit, 5 complete abort, 6 dead. */
    transactionStatus: int8(),
    transactionPartitions: nullableArray(
      struct({
        topic: string(),
        partitionIds: array(int32()),
      }),
    ),
    transactionLastUpdateTimestampMs: int64(),
    transactionStartTimestampMs: int64(),
    clientTransactionVersion: int16().since(1).tagged(2),
  }),
});
