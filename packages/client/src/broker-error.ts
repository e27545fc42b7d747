import { type ErrorName, errorByCode } from "@letterpress/protocol";
import {
  LetterpressError,
  type LetterpressErrorCode,
  type LetterpressErrorOptions,
} from "./letterpress-error.ts";

/** The Kafka errors that have a code of their own in the SDK. */
const CODES: Partial<Record<ErrorName, LetterpressErrorCode>> = {
  UNKNOWN_TOPIC_OR_PARTITION: "UNKNOWN_TOPIC",
  UNKNOWN_TOPIC_ID: "UNKNOWN_TOPIC",
  MESSAGE_TOO_LARGE: "RECORD_TOO_LARGE",
  RECORD_LIST_TOO_LARGE: "RECORD_TOO_LARGE",
  INVALID_RECORD: "RECORD_REJECTED",
  OFFSET_OUT_OF_RANGE: "OFFSET_OUT_OF_RANGE",
  TOPIC_AUTHORIZATION_FAILED: "AUTHORIZATION_FAILED",
  GROUP_AUTHORIZATION_FAILED: "AUTHORIZATION_FAILED",
  CLUSTER_AUTHORIZATION_FAILED: "AUTHORIZATION_FAILED",
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: "AUTHORIZATION_FAILED",
  SASL_AUTHENTICATION_FAILED: "AUTHENTICATION_FAILED",
  UNSUPPORTED_SASL_MECHANISM: "AUTHENTICATION_FAILED",
  UNSUPPORTED_VERSION: "UNSUPPORTED_VERSION",
  INVALID_PRODUCER_EPOCH: "FENCED",
  PRODUCER_FENCED: "FENCED",
  FENCED_INSTANCE_ID: "FENCED",
  ILLEGAL_GENERATION: "GROUP_REBALANCED",
  UNKNOWN_MEMBER_ID: "GROUP_REBALANCED",
  REBALANCE_IN_PROGRESS: "GROUP_REBALANCED",
  REQUEST_TIMED_OUT: "REQUEST_TIMEOUT",
};

/** The error for an error code that a broker answered. `what` begins the message: "cannot create topic x". */
export function brokerError(
  errorCode: number,
  what: string,
  details: Omit<LetterpressErrorOptions, "kafkaError" | "retriable"> & {
    readonly brokerMessage?: string | null | undefined;
  } = {},
): LetterpressError {
  const info = errorByCode(errorCode);
  const reason = details.brokerMessage || info.description;
  return new LetterpressError(CODES[info.name] ?? "BROKER_ERROR", `${what}: ${reason} (${info.name})`, {
    ...details,
    retriable: info.retriable,
    kafkaError: info.name,
  });
}
