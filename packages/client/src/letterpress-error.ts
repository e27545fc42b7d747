/** Why an operation of the SDK failed. The set is closed. */
export type LetterpressErrorCode =
  /** An option or argument makes no sense; nothing was sent. */
  | "INVALID_ARGUMENT"
  /** No broker could be reached, or a connection was lost. */
  | "CONNECTION_FAILED"
  /** The broker did not answer in time. */
  | "REQUEST_TIMEOUT"
  /** The broker answered with bytes that make no sense. */
  | "PROTOCOL_VIOLATION"
  /** The broker speaks no version of an API that this build speaks. */
  | "UNSUPPORTED_VERSION"
  | "AUTHENTICATION_FAILED"
  | "AUTHORIZATION_FAILED"
  | "UNKNOWN_TOPIC"
  /** The broker refused single records, listed in `records`; nothing of their batch was stored. */
  | "RECORD_REJECTED"
  | "RECORD_TOO_LARGE"
  /** A record was not acknowledged within the delivery timeout; it may or may not be stored. */
  | "DELIVERY_TIMEOUT"
  /** A newer producer or group member with the same identity has taken over. */
  | "FENCED"
  /** The position lies outside the log and `autoOffsetReset` is `none`. */
  | "OFFSET_OUT_OF_RANGE"
  /** The partition moved to another member before its offset could be committed. */
  | "GROUP_REBALANCED"
  /** The schema is not registered, or its id is unknown to the registry. */
  | "SCHEMA_NOT_FOUND"
  | "REGISTRY_UNAVAILABLE"
  /** A value does not fit the contract's schema. */
  | "ENCODE_FAILED"
  /** A record's bytes cannot be read with this build's schema. */
  | "DECODE_FAILED"
  /** Any other error the broker answered; `kafkaError` names it. */
  | "BROKER_ERROR"
  /** The caller's `AbortSignal` fired. */
  | "ABORTED"
  /** The client, producer or consumer is closed. */
  | "CLOSED";

/** One record that the broker refused. */
export interface RejectedRecord {
  /** The record's index in the call: 0 for `send`, the position in the array for `sendBatch`. */
  readonly index: number;
  /** The broker's reason. */
  readonly message: string;
}

export interface LetterpressErrorOptions extends ErrorOptions {
  readonly retriable?: boolean | undefined;
  readonly kafkaError?: string | undefined;
  readonly topic?: string | undefined;
  readonly partition?: number | undefined;
  readonly offset?: bigint | undefined;
  readonly records?: readonly RejectedRecord[] | undefined;
}

/** The one error that this package throws. */
export class LetterpressError extends Error {
  override readonly name = "LetterpressError";
  readonly code: LetterpressErrorCode;
  /** Whether the same call may succeed later. The SDK has retried already where that was safe. */
  readonly retriable: boolean;
  /** Kafka's name of the error, such as `NOT_LEADER_OR_FOLLOWER`, where a broker answered one. */
  readonly kafkaError: string | undefined;
  readonly topic: string | undefined;
  readonly partition: number | undefined;
  readonly offset: bigint | undefined;
  /** The refused records of this call, for `RECORD_REJECTED`. */
  readonly records: readonly RejectedRecord[];

  constructor(code: LetterpressErrorCode, message: string, options: LetterpressErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.retriable = options.retriable ?? false;
    this.kafkaError = options.kafkaError;
    this.topic = options.topic;
    this.partition = options.partition;
    this.offset = options.offset;
    this.records = options.records ?? [];
  }

  /** Any thrown thing as this error; what is one already stays as it is. */
  static from(cause: unknown, code: LetterpressErrorCode = "PROTOCOL_VIOLATION"): LetterpressError {
    if (cause instanceof LetterpressError) return cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    return new LetterpressError(code, message, { cause });
  }
}
