import { type RegistryClient, RegistryClientError } from "@letterpress/registry/client";
import {
  COMPATIBILITY_LEVELS,
  type CompatibilityLevel,
  checkLevel,
  parseSchema,
  type SourceLocation,
  type VersionedSchema,
} from "@letterpress/schema";
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
}

export interface SchemaCheck {
  readonly subject: string;
  readonly file: string;
  readonly level: CompatibilityLevel;
  /** The newest version that is registered; null for a new subject. */
  readonly latestVersion: number | null;
  readonly violations: readonly Violation[];
}

/** Holds a schema against the registered versions of its subject, as its level asks. */
export async function checkSchema(registry: RegistryClient, source: SchemaSource): Promise<SchemaCheck> {
  const { subject, file, schema } = source;
  const candidate = parseSchema(schema, { file });
  const [versions, configured] = await Promise.all([versionsOf(registry, subject), registry.config(subject)]);
  const level = source.level ?? levelNamed(configured);
  const earlier: VersionedSchema[] = [];
  for (const version of level.endsWith("_TRANSITIVE") ? versions : versions.slice(-1)) {
    const { schema: definition } = await registry.version(subject, version);
    const old = await registry.resolve(definition);
    earlier.push({ version, schema: parseSchema(old, { file: `${subject} version ${version}` }) });
  }
  const violations = checkLevel(level, candidate, earlier).map(({ version, direction, incompatibility }) => {
    const { rule, path, message, location } = incompatibility;
    return { version, direction, rule, path, message, location };
  });
  return { subject, file, level, latestVersion: versions.at(-1) ?? null, violations };
}

/** What a compiler would print: place, what is wrong and against what, rule. */
export function violationsText({ subject, file, level, violations }: SchemaCheck): string {
  return violations
    .map(({ version, direction, rule, path, message, location }) => {
      const place = location ? `${location.file ?? file}:${location.line}:${location.column}` : file;
      const who =
        direction === "BACKWARD"
          ? `the new schema cannot read version ${version}`
          : `version ${version} cannot read the new schema`;
      return `${place}: ${subject}: ${who}: ${message.trim()} (${rule} at ${path}; level ${level})`;
    })
    .join("\n");
}

async function versionsOf(registry: RegistryClient, subject: string): Promise<number[]> {
  try {
    return await registry.versions(subject);
  } catch (error) {
    if (error instanceof RegistryClientError && error.code === "NOT_FOUND") return [];
    throw error;
  }
}

function levelNamed(name: string): CompatibilityLevel {
  const level = COMPATIBILITY_LEVELS.find((each) => each === name);
  if (level !== undefined) return level;
  throw new RegistryClientError("UNEXPECTED_ANSWER", `the registry has a compatibility level "${name}"`);
}
