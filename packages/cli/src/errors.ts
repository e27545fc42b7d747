import { CommanderError } from "commander";
import { EXIT_CODES, type ExitCode } from "./exit-codes.ts";
import type { Io } from "./io.ts";
import { jsonText } from "./output.ts";

/** Any thrown thing, as it is told to people and programs. */
export interface Failure {
  /** A code of a closed set of the package that failed. */
  readonly code: string;
  readonly message: string;
  readonly exitCode: ExitCode;
  /** Mistakes in contracts, each with its place. */
  readonly diagnostics?: readonly unknown[] | undefined;
}

/** The codes of our packages' errors that mean: nobody answered. */
const UNREACHABLE: readonly string[] = [
  "CONNECTION_FAILED",
  "REQUEST_TIMEOUT",
  "DELIVERY_TIMEOUT",
  "REGISTRY_UNAVAILABLE",
  "CLUSTER_UNAVAILABLE",
  "UNREACHABLE",
];
/** And those that mean: what was given makes no sense. */
const USAGE: readonly string[] = [
  "INVALID_ARGUMENT",
  "INVALID_CONFIG",
  "INVALID",
  "INVALID_SCHEMA",
  "MISSING_REFERENCE",
  "ENCODE_FAILED",
  "INVALID_JSON",
  "LISTEN_FAILED",
  "ENOENT",
  "ENOTDIR",
  "EISDIR",
  "EACCES",
];

const CONNECTION_ADVICE = '; start a server with "letterpress serve", or name one with --brokers';

/** What to say about an error, and with which exit code. */
export function describeFailure(error: unknown): Failure {
  if (error instanceof CommanderError) {
    return { code: "USAGE", message: error.message.replace(/^error: /, ""), exitCode: EXIT_CODES.usage };
  }
  if (!(error instanceof Error)) {
    return { code: "UNEXPECTED", message: String(error), exitCode: EXIT_CODES.refused };
  }
  const { code, exitCode, diagnostics } = error as Error & Partial<Failure>;
  if (diagnostics !== undefined) {
    return { code: "INVALID_CONTRACTS", message: error.message, exitCode: EXIT_CODES.usage, diagnostics };
  }
  if (code === undefined) return { code: "UNEXPECTED", message: error.message, exitCode: EXIT_CODES.refused };
  const advice = code === "CONNECTION_FAILED" ? CONNECTION_ADVICE : "";
  return { code, message: `${error.message}${advice}`, exitCode: exitCode ?? exitCodeOf(code) };
}

/** Writes a failure to stderr, as text or as one line of JSON. */
export function reportFailure(io: Io, { code, message, diagnostics }: Failure, asJson: boolean): void {
  if (asJson) io.stderr.write(`${jsonText({ error: { code, message, diagnostics } })}\n`);
  else io.stderr.write(`${message.split("\n").map(errorLine).join("\n")}\n`);
}

/** Lines that begin with a place stay as compilers print them, so that editors and terminals can open it. */
function errorLine(line: string): string {
  return /^\S+:\d+(:\d+)?: /.test(line) ? line : `letterpress: ${line}`;
}

function exitCodeOf(code: string): ExitCode {
  if (UNREACHABLE.includes(code)) return EXIT_CODES.unreachable;
  return USAGE.includes(code) ? EXIT_CODES.usage : EXIT_CODES.refused;
}
