import { type CheckLevel, checkLevel, parseSchema, type SourceLocation } from "@letterpress/schema";
import { placeOf } from "../evolve/place.ts";
import type { Baseline } from "./baseline.ts";
import { reasonText } from "./reason-text.ts";
import type { SchemaSource } from "./schema-sources.ts";

/** Why a schema may not become the next version. */
export interface Violation {
  /** The earlier version it disagrees with. */
  readonly version: number;
  readonly direction: "BACKWARD" | "FORWARD";
  readonly rule: string;
  readonly path: string;
  readonly message: string;
  /** Where in the schema that cannot read the other one. */
  readonly location: SourceLocation | undefined;
  /** Where to look in the edited files: the schema's own, or one that it includes. */
  readonly place: SourceLocation | undefined;
}

export interface SchemaCheck {
  readonly subject: string;
  readonly file: string;
  readonly level: CheckLevel;
  /** The newest version that is registered; null for a new subject. */
  readonly latestVersion: number | null;
  readonly violations: readonly Violation[];
}

/**
 * Holds a schema against the earlier versions of its subject, as its level asks.
 *
 * @param level Instead of the contract's or the baseline's own.
 */
export async function checkSchema(
  baseline: Baseline,
  source: SchemaSource,
  level: CheckLevel | undefined = source.level,
): Promise<SchemaCheck> {
  const { subject, file, schema } = source;
  const candidate = parseSchema(schema, { file });
  const asked = level ?? (await baseline.level(subject));
  const isTransitive = asked === "STRICT" || asked.endsWith("_TRANSITIVE");
  const earlier = await baseline.versions(subject, isTransitive ? "all" : "latest");
  const violations = checkLevel(asked, candidate, earlier).map(({ version, direction, incompatibility }) => {
    const { rule, path, location } = incompatibility;
    const message = reasonText(incompatibility);
    const old = earlier.find((each) => each.version === version)!.schema;
    const place = placeOf({ ...incompatibility, direction }, candidate, old);
    return { version, direction, rule, path, message, location, place };
  });
  return { subject, file, level: asked, latestVersion: earlier.at(-1)?.version ?? null, violations };
}

/** What a compiler would print: where to look, what is wrong and against what, rule. */
export function violationsText({ subject, file, level, violations }: SchemaCheck): string {
  return violations
    .map(({ version, direction, rule, path, message, place }) => {
      const where = place ? `${place.file ?? file}:${place.line}:${place.column}` : file;
      const who = whoCannotRead(direction, version);
      return `${where}: ${subject}: ${who}: ${message.trim()} (${rule} at ${path}; level ${level})`;
    })
    .join("\n");
}

/** Who cannot read what, in words. */
export function whoCannotRead(direction: "BACKWARD" | "FORWARD", version: number): string {
  return direction === "BACKWARD"
    ? `the new schema cannot read version ${version}`
    : `version ${version} cannot read the new schema`;
}
