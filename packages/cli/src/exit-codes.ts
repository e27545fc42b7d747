/** What the command says to the shell that ran it. The same everywhere; documented in docs/cli.md. */
export const EXIT_CODES = {
  ok: 0,
  /** The answer is no: refused by the broker, incompatible, or generated code that has drifted. */
  refused: 1,
  /** A flag, a file or a line of input makes no sense. */
  usage: 2,
  /** No broker or registry answered. */
  unreachable: 3,
} as const;

export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];
