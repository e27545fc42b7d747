import { EXIT_CODES, type ExitCode } from "./exit-codes.ts";

/** Why a command failed by itself, as opposed to the errors of the packages it stands on. The set is closed. */
export type CliErrorCode =
  /** A flag or argument makes no sense. */
  | "USAGE"
  /** A file or a line of input makes no sense. */
  | "BAD_INPUT"
  /** A schema, a plan or a reset may not go through. */
  | "REFUSED"
  /** Generated code is not what the contracts say. */
  | "DRIFT"
  /** Something is wrong with what was looked at. */
  | "UNHEALTHY"
  /** The process was asked to end before the work was done. */
  | "INTERRUPTED";

const EXIT_CODE_OF: Readonly<Record<CliErrorCode, ExitCode>> = {
  USAGE: EXIT_CODES.usage,
  BAD_INPUT: EXIT_CODES.usage,
  REFUSED: EXIT_CODES.refused,
  DRIFT: EXIT_CODES.refused,
  UNHEALTHY: EXIT_CODES.refused,
  INTERRUPTED: EXIT_CODES.refused,
};

/** A failure that a command has found itself; its message says what to do. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly code: CliErrorCode;
  readonly exitCode: ExitCode;

  constructor(code: CliErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.exitCode = EXIT_CODE_OF[code];
  }
}
