import { ERRORS, InitProducerId } from "@letterpress/protocol";
import { handler } from "../handler.ts";
import { toBrokerError } from "../partition/log-error-codes.ts";

/**
 * InitProducerId 0-5, for idempotent producers. One that asks again after an error gets a new id rather than the
 * next epoch of its old one, as in Apache Kafka. Transactional ids are not served.
 */
export const initProducerId = handler(InitProducerId, async (request, { broker, clientId }) => {
  if (request.transactionalId !== null) {
    broker.logger.warn({ clientId }, "a producer asked for transactions, which this build does not support");
    return { errorCode: ERRORS.UNSUPPORTED_VERSION.code, producerId: -1n, producerEpoch: -1 };
  }
  try {
    return { errorCode: 0, producerId: await broker.producerIds.allocate(), producerEpoch: 0 };
  } catch (error) {
    return { errorCode: toBrokerError(error).errorCode, producerId: -1n, producerEpoch: -1 };
  }
});
