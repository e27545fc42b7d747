import { api } from "../api.ts";
import { int16, int32, int64, string, struct } from "../schema/index.ts";

/**
 * Adds a group's offsets to a transaction (KIP-98).
 *
 * Version 2 adds the error PRODUCER_FENCED (KIP-588), 4 TRANSACTION_ABORTABLE (KIP-890).
 */
export const AddOffsetsToTxn = api({
  key: 25,
  name: "AddOffsetsToTxn",
  versions: [0, 4],
  flexible: 3,
  request: struct({
    transactionalId: string(),
    producerId: int64(),
    producerEpoch: int16(),
    groupId: string(),
  }),
  response: struct({
    throttleTimeMs: int32().default(0),
    errorCode: int16(),
  }),
});
