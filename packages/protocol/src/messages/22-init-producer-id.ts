import { api } from "../api.ts";
import { int16, int32, int64, nullableString, struct } from "../schema/index.ts";

/**
 * Gives an idempotent producer its id and epoch (KIP-98).
 *
 * Version 3 lets a producer keep its id while its epoch is raised (KIP-360), 4 adds the error
 * PRODUCER_FENCED (KIP-588) and 5 TRANSACTION_ABORTABLE (KIP-890).
 */
export const InitProducerId = api({
  key: 22,
  name: "InitProducerId",
  versions: [0, 5],
  flexible: 2,
  request: struct({
    transactionalId: nullableString(),
    transactionTimeoutMs: int32(),
    producerId: int64().since(3).default(-1n),
    producerEpoch: int16().since(3).default(-1),
  }),
  response: struct({
    throttleTimeMs: int32().default(0).ignorable(),
    errorCode: int16(),
    producerId: int64().default(-1n),
    producerEpoch: int16(),
  }),
});
