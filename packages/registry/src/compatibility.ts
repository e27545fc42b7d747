import type { Incompatibility, ParsedSchema } from "@letterpress/schema";
import type { CompatibilityLevel } from "./effective-settings.ts";
import type { SchemaFormats } from "./schema-formats.ts";
import type { SchemaResolver } from "./schema-resolver.ts";
import type { SubjectVersion } from "./stored-schema.ts";

/** Whether a schema may become the next version, and why not. */
export interface CompatibilityVerdict {
  readonly isCompatible: boolean;
  /** Confluent's verbose messages; empty when compatible. */
  readonly messages: readonly string[];
  /** The earlier version the schema disagrees with, and how. */
  readonly against?: SubjectVersion | undefined;
  readonly incompatibilities: readonly Incompatibility[];
}

const COMPATIBLE: CompatibilityVerdict = { isCompatible: true, messages: [], incompatibilities: [] };

/** Holds candidates against earlier versions as a compatibility level asks. */
export class CompatibilityChecker {
  readonly #formats: SchemaFormats;
  readonly #resolver: SchemaResolver;

  constructor(formats: SchemaFormats, resolver: SchemaResolver) {
    this.#formats = formats;
    this.#resolver = resolver;
  }

  /** The verdict against `earlier`, ascending; levels that are not transitive look at the last one alone. */
  check(
    candidate: ParsedSchema,
    earlier: readonly SubjectVersion[],
    level: CompatibilityLevel,
  ): CompatibilityVerdict {
    if (level === "NONE") return COMPATIBLE;
    const checked = level.endsWith("_TRANSITIVE") ? earlier : earlier.slice(-1);
    for (const version of checked.toReversed()) {
      const found = this.#compare(candidate, version, level);
      if (found.length > 0) return refuse(found, version, level);
    }
    return COMPATIBLE;
  }

  #compare(
    candidate: ParsedSchema,
    version: SubjectVersion,
    level: CompatibilityLevel,
  ): readonly Incompatibility[] {
    if (version.schema.content.schemaType !== candidate.format) {
      return [
        { rule: "SCHEMA_TYPE_MISMATCH", path: "/", message: "Incompatible because of different schema type" },
      ];
    }
    const old = this.#resolver.parseStored(version.schema);
    const isBackward = level.startsWith("BACKWARD") || level.startsWith("FULL");
    const isForward = level.startsWith("FORWARD") || level.startsWith("FULL");
    return [
      ...(isBackward ? this.#formats.incompatibilities(candidate, old) : []),
      ...(isForward ? this.#formats.incompatibilities(old, candidate) : []),
    ];
  }
}

function refuse(
  incompatibilities: readonly Incompatibility[],
  against: SubjectVersion,
  level: CompatibilityLevel,
): CompatibilityVerdict {
  const messages = [
    ...incompatibilities.map(({ message }) => message),
    `{oldSchemaVersion: ${against.version}}`,
    `{oldSchema: '${against.schema.content.text}'}`,
    `{compatibility: '${level}'}`,
  ];
  return { isCompatible: false, messages, against, incompatibilities };
}
