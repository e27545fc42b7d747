import { api } from "../api.ts";
import { bool, int16, int32, int64, string, struct } from "../schema/index.ts";

/**
 * Commits or aborts a transaction (KIP-98).
 *
 * Version 2 adds the error PRODUCER_FENCED (KIP-588), 4 TRANSACTION_ABORTABLE, and 5 raises the producer
 * epoch with every transaction and returns it (KIP-890).
 */
export const EndTxn = api({
  key: 26,
  name: "EndTxn",
  versions: [0, 5],
  flexible: 3,
  request: struct({
    transactionalId: string(),
    producerId: int64(),
    producerEpoch: int16(),
    committed: bool(),
  }),
  response: struct({
    throttleTimeMs: int32().default(0),
    errorCode: int16(),
    producerId: int64().since(5).default(-1n).ignorable(),
    producerEpoch: int16().since(5).default(-1).ignorable(),
  }),
});
