import { checkCompatibility } from "./compatibility.ts";
import type { Incompatibility, ParsedSchema } from "./parsed-schema.ts";
import { strictIncompatibilities } from "./strict.ts";

/** Every level, from none to the strictest, spelled as the registry spells them. */
export const COMPATIBILITY_LEVELS = [
  "NONE",
  "BACKWARD",
  "BACKWARD_TRANSITIVE",
  "FORWARD",
  "FORWARD_TRANSITIVE",
  "FULL",
  "FULL_TRANSITIVE",
] as const;

/**
 * What a new version has to agree with. Backward: the new schema reads old data, consumers deploy first. Forward:
 * old schemas read new data, producers deploy first. Full: both. Transitive: every earlier version, not only the last.
 */
export type CompatibilityLevel = (typeof COMPATIBILITY_LEVELS)[number];

/** The levels of Confluent's registry, and `STRICT`, which is ours. */
export const CHECK_LEVELS = [...COMPATIBILITY_LEVELS, "STRICT"] as const;

/**
 * A level that schemas are held against. `STRICT` is `FULL_TRANSITIVE`, and nothing that a compatible change would
 * lose or leave to chance; see `strictIncompatibilities`.
 */
export type CheckLevel = (typeof CHECK_LEVELS)[number];

export interface VersionedSchema {
  readonly version: number;
  readonly schema: ParsedSchema;
}

/** One reason why a candidate may not become the next version. */
export interface LevelViolation {
  /** The earlier version it disagrees with. */
  readonly version: number;
  /** Who cannot read: the candidate what is old, or the old schema what the candidate writes. */
  readonly direction: "BACKWARD" | "FORWARD";
  readonly incompatibility: Incompatibility;
  /** The reason in the words of Confluent's verbose mode. */
  readonly message: string;
}

/**
 * Why a schema may not follow earlier versions at a level; empty when it may. As in Confluent's registry, the
 * versions are held against it from the latest back, and the first that disagrees ends the check.
 *
 * @param earlier Ascending by version.
 */
export function checkLevel(
  level: CheckLevel,
  candidate: ParsedSchema,
  earlier: readonly VersionedSchema[],
): readonly LevelViolation[] {
  if (level === "NONE") return [];
  const isStrict = level === "STRICT";
  const versions = isStrict || level.endsWith("_TRANSITIVE") ? earlier : earlier.slice(-1);
  for (const { version, schema } of versions.toReversed()) {
    const violations = [
      ...(level.startsWith("FORWARD") ? [] : violationsOf("BACKWARD", candidate, schema, isStrict)),
      ...(level.startsWith("BACKWARD") ? [] : violationsOf("FORWARD", candidate, schema, isStrict)),
    ];
    if (violations.length > 0) return violations.map((violation) => ({ version, ...violation }));
  }
  return [];
}

function violationsOf(
  direction: "BACKWARD" | "FORWARD",
  candidate: ParsedSchema,
  old: ParsedSchema,
  isStrict: boolean,
): Omit<LevelViolation, "version">[] {
  const isBackward = direction === "BACKWARD";
  const pair = isBackward ? { reader: candidate, writer: old } : { reader: old, writer: candidate };
  const found = isStrict
    ? strictIncompatibilities({ ...pair, newer: isBackward ? "reader" : "writer" })
    : checkCompatibility(pair);
  return found.map((incompatibility) => ({
    direction,
    incompatibility,
    message: verboseMessage(incompatibility, candidate, isBackward),
  }));
}

/** Confluent says "new" and "old" instead of reader and writer, and quotes differently per format. */
function verboseMessage(found: Incompatibility, candidate: ParsedSchema, readerIsNew: boolean): string {
  const [reader, writer] = readerIsNew ? ["new", "old"] : ["old", "new"];
  const description = found.message
    .replaceAll(" reader schema ", ` ${reader} schema `)
    .replaceAll(/ writer schema( |$)/g, ` ${writer} schema$1`);
  if (candidate.format === "PROTOBUF") return `{errorType:"${found.rule}", description:"${description}"}`;
  const { rule, detail = "" } = found;
  return `{errorType:'${rule}', description:'${description}', additionalInfo:'${detail}'}`;
}
