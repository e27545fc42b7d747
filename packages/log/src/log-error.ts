/** Why a log refused or failed. The set is closed. */
export type LogErrorCode =
  | "OFFSET_OUT_OF_RANGE"
  /** The sequence is neither the next one nor a repeated one of this producer. */
  | "OUT_OF_ORDER_SEQUENCE"
  /** A newer epoch of the same producer id has written. */
  | "PRODUCER_FENCED"
  /** A repeated batch, too old to know which offsets it got. */
  | "DUPLICATE_SEQUENCE"
  /** The log is led in another epoch, or elsewhere. */
  | "NOT_LEADER"
  /** Stored bytes fail their CRC below the durable mark. */
  | "CORRUPT"
  /** The disk refused a write or a flush; the log is fenced until it is opened again. */
  | "STORAGE_FAILED"
  /** The disk is full. The log goes on when there is room again, and may still store the batch then. */
  | "NO_SPACE"
  /** The log or its engine is closed, or the log is open already. */
  | "CLOSED"
  /** The topic, its id or the partition number cannot name a log. */
  | "INVALID_PARTITION"
  /** Another process holds the data folder. */
  | "LOCKED"
  /** Replicated logs: too few servers are there to store anything now. */
  | "NOT_ENOUGH_REPLICAS"
  /** Replicated logs: not acknowledged in time. The batch may still be stored. */
  | "TIMED_OUT"
  /** The batch is larger than what the engine can store as one. */
  | "BATCH_TOO_LARGE";

const RETRIABLE: ReadonlySet<LogErrorCode> = new Set([
  "NOT_LEADER",
  "STORAGE_FAILED",
  "NO_SPACE",
  "NOT_ENOUGH_REPLICAS",
  "TIMED_OUT",
]);

/** The one error of this package. */
export class LogError extends Error {
  override readonly name = "LogError";
  readonly code: LogErrorCode;
  /** Whether the same call may succeed later. */
  readonly retriable: boolean;

  constructor(code: LogErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.retriable = RETRIABLE.has(code);
  }
}
