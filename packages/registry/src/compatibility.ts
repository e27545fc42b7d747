import type { CheckLevel, LevelViolation, ParsedSchema } from "@letterpress/schema";
import type { SchemaFormats } from "./schema-formats.ts";
import type { SchemaResolver } from "./schema-resolver.ts";
import type { SubjectVersion } from "./stored-schema.ts";

/** Whether a schema may become the next version, and why not. */
export interface CompatibilityVerdict {
  readonly isCompatible: boolean;
  /** Confluent's verbose messages; empty when compatible. */
  readonly messages: readonly string[];
  /** Each reason with its place; empty when compatible. */
  readonly violations: readonly LevelViolation[];
}

const COMPATIBLE: CompatibilityVerdict = { isCompatible: true, messages: [], violations: [] };

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
    level: CheckLevel,
  ): CompatibilityVerdict {
    const resolver = this.#resolver;
    const violations = this.#formats.checkLevel(
      level,
      candidate,
      // Versions are parsed when the level gets to them.
      earlier.map(({ version, schema }) => ({
        version,
        get schema() {
          return resolver.parseStored(schema);
        },
      })),
    );
    const [first] = violations;
    if (first === undefined) return COMPATIBLE;
    const old = earlier.find(({ version }) => version === first.version)!;
    const messages = [
      ...violations.map(({ message }) => message),
      `{oldSchemaVersion: ${old.version}}`,
      `{oldSchema: '${old.schema.content.text}'}`,
      `{compatibility: '${level}'}`,
    ];
    return { isCompatible: false, messages, violations };
  }
}
