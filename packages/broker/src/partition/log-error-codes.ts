import { LogError, type LogErrorCode } from "@letterpress/log";
import type { ErrorName } from "@letterpress/protocol";
import { BrokerError } from "../broker-error.ts";

const CODES: Readonly<Record<LogErrorCode, ErrorName>> = {
  OFFSET_OUT_OF_RANGE: "OFFSET_OUT_OF_RANGE",
  OUT_OF_ORDER_SEQUENCE: "OUT_OF_ORDER_SEQUENCE_NUMBER",
  PRODUCER_FENCED: "INVALID_PRODUCER_EPOCH",
  DUPLICATE_SEQUENCE: "DUPLICATE_SEQUENCE_NUMBER",
  NOT_LEADER: "NOT_LEADER_OR_FOLLOWER",
  CORRUPT: "KAFKA_STORAGE_ERROR",
  STORAGE_FAILED: "KAFKA_STORAGE_ERROR",
  NO_SPACE: "KAFKA_STORAGE_ERROR",
  // The topic is being deleted or the broker stops: a client that looks again learns which.
  CLOSED: "NOT_LEADER_OR_FOLLOWER",
  INVALID_PARTITION: "INVALID_PARTITIONS",
  LOCKED: "KAFKA_STORAGE_ERROR",
  NOT_ENOUGH_REPLICAS: "NOT_ENOUGH_REPLICAS",
  TIMED_OUT: "REQUEST_TIMED_OUT",
  BATCH_TOO_LARGE: "MESSAGE_TOO_LARGE",
};

/** What went wrong, in Kafka's codes: storage errors are translated, anything unforeseen is a server error. */
export function toBrokerError(error: unknown): BrokerError {
  if (error instanceof BrokerError) return error;
  if (error instanceof LogError) return new BrokerError(CODES[error.code], error.message, { cause: error });
  return new BrokerError("UNKNOWN_SERVER_ERROR", "the broker failed unexpectedly; its log says more", {
    cause: error,
  });
}
