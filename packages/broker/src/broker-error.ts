import { ERRORS, type ErrorName } from "@letterpress/protocol";

/** Why one record of a batch was refused. */
export interface RecordError {
  /** The record's index in its batch. */
  readonly index: number;
  readonly message: string;
}

export interface BrokerErrorOptions extends ErrorOptions {
  readonly recordErrors?: readonly RecordError[];
}

/**
 * The one error of this package: a request, or a call of the in-process API, was refused. Its codes are Apache
 * Kafka's, by name.
 */
export class BrokerError extends Error {
  override readonly name = "BrokerError";
  readonly code: ErrorName;
  /** The code as it travels. */
  readonly errorCode: number;
  readonly retriable: boolean;
  /** The records at fault, where the error is about records. */
  readonly recordErrors: readonly RecordError[];

  constructor(code: ErrorName, message: string, options: BrokerErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.errorCode = ERRORS[code].code;
    this.retriable = ERRORS[code].retriable;
    this.recordErrors = options.recordErrors ?? [];
  }
}
