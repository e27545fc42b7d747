/** One mistake in a contract: where it is, what is wrong, and what to do. */
export interface Diagnostic {
  /** The file, relative to the folder of `topics.yaml`. */
  readonly file: string;
  /** Lines and columns count from 1; 0 where the whole file is meant. */
  readonly line: number;
  readonly column: number;
  /** A short, stable name of the rule, such as `unknown-key-field`. */
  readonly rule: string;
  readonly message: string;
}

/** Prints a diagnostic as compilers do: `file:line:column: message (rule)`. */
export function formatDiagnostic({ file, line, column, rule, message }: Diagnostic): string {
  const place = line > 0 ? `${file}:${line}:${column}` : file;
  return `${place}: ${message} (${rule})`;
}

/** The contracts cannot be used as they are; every mistake found is listed. */
export class ContractError extends Error {
  override readonly name = "ContractError";
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map(formatDiagnostic).join("\n"));
    this.diagnostics = diagnostics;
  }
}
