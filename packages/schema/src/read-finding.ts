/** Something that went wrong when one payload was read with another schema than it was written with. */
export interface ReadFinding {
  /** A failure ends a reader; a loss goes unnoticed: what is read is not all that was written. */
  readonly kind: "failure" | "loss";
  /** The path to the field, such as `lines[2].price`; empty for the payload as a whole. */
  readonly path: string;
  readonly message: string;
}

/**
 * Reads one payload, `buffer[start, end)`, the way a new reader would, and compares it with what its writer meant.
 * The message indexes are those of its framing; empty for Avro.
 */
export type ReadTrial = (
  buffer: Buffer,
  start: number,
  end: number,
  messageIndexes: readonly number[],
) => readonly ReadFinding[];

/** Findings of one payload beyond this are left out. */
export const FINDINGS_MAX = 20;
