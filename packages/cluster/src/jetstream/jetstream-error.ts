export type JetStreamErrorCode =
  /** No server could take the request now: no quorum, no leader, or JetStream is off. */
  | "UNAVAILABLE"
  /** No answer; the request may have been carried out. */
  | "TIMED_OUT"
  /** Nothing was stored, for there is no room left. */
  | "FULL"
  /** The server said no; `errorNumber` is its reason. */
  | "REFUSED";

/** A request to JetStream that failed. Inside this package only: logs turn it into a `LogError`. */
export class JetStreamError extends Error {
  override readonly name = "JetStreamError";
  readonly code: JetStreamErrorCode;
  /** JetStream's `err_code`, 0 when there is none. */
  readonly errorNumber: number;

  constructor(
    code: JetStreamErrorCode,
    message: string,
    options: ErrorOptions & { errorNumber?: number } = {},
  ) {
    super(message, options);
    this.code = code;
    this.errorNumber = options.errorNumber ?? 0;
  }
}
