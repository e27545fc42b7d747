import { type ParsedSchema, type ResolvedSchema, SchemaError } from "@letterpress/schema";
import { invalidSchema } from "./registry-error.ts";
import type { RegistryState } from "./registry-state.ts";
import { asSchemaFormat, type SchemaFormats } from "./schema-formats.ts";
import type { SchemaContent, StoredSchema } from "./stored-schema.ts";
import { formatSubject, qualifyReference } from "./subject-name.ts";

const REFERENCE_DEPTH_MAX = 32;
/** How many schemas one schema may include; one that is reached in several ways counts once. */
const REFERENCES_MAX = 1_000;
const PARSED_MAX = 1_000;

/** Finds the texts a schema includes, and parses schemas when they are asked for. */
export class SchemaResolver {
  readonly #state: RegistryState;
  readonly #formats: SchemaFormats;
  /** The schemas parsed last, oldest first. */
  readonly #parsed = new Map<StoredSchema, ParsedSchema>();

  constructor(state: RegistryState, formats: SchemaFormats) {
    this.#state = state;
    this.#formats = formats;
  }

  /**
   * A schema with all it includes. `subject` says in which context references without one are.
   *
   * @throws RegistryError 42201 when a reference leads nowhere.
   */
  resolve(content: SchemaContent, subject: string): ResolvedSchema {
    return this.#resolve(content, subject, REFERENCE_DEPTH_MAX, new Map());
  }

  resolveStored(schema: StoredSchema): ResolvedSchema {
    return this.resolve(schema.content, formatSubject({ context: schema.context, name: "" }));
  }

  /** @throws RegistryError 42201 when the text is no schema. */
  parse(schema: ResolvedSchema): ParsedSchema {
    try {
      return this.#formats.parse(schema);
    } catch (error) {
      throw explainInvalid(schema, error);
    }
  }

  /** A schema's text in another form; as it is stored, where its type has no such form. */
  format(schema: StoredSchema, form: string): string {
    return this.#formats.format(this.resolveStored(schema), form) ?? schema.content.text;
  }

  /** A stored schema, parsed at most once while it is in use. */
  parseStored(schema: StoredSchema): ParsedSchema {
    const parsed = this.#parsed.get(schema) ?? this.parse(this.resolveStored(schema));
    this.#parsed.delete(schema);
    this.#parsed.set(schema, parsed);
    if (this.#parsed.size > PARSED_MAX) this.#parsed.delete(this.#parsed.keys().next().value!);
    return parsed;
  }

  #resolve(
    content: SchemaContent,
    subject: string,
    depthLeft: number,
    included: Map<StoredSchema, ResolvedSchema>,
  ): ResolvedSchema {
    const format = asSchemaFormat(content.schemaType);
    if (format === undefined) throw invalidSchema(`Invalid schema type ${content.schemaType}`);
    if (depthLeft === 0)
      throw invalidSchema(`References are nested deeper than ${REFERENCE_DEPTH_MAX} schemas`);
    const references = content.references.map((reference) => {
      const target = qualifyReference(subject, reference.subject);
      const found = this.#state.version(target, reference.version);
      if (found === undefined) {
        throw invalidSchema(
          `No schema reference found for subject "${reference.subject}" and version ${reference.version}`,
        );
      }
      const known = included.get(found.schema);
      if (known !== undefined) return { ...reference, schema: known };
      const schema = this.#resolve(found.schema.content, target, depthLeft - 1, included);
      included.set(found.schema, schema);
      if (included.size > REFERENCES_MAX)
        throw invalidSchema(`The schema includes more than ${REFERENCES_MAX} schemas`);
      return { ...reference, schema };
    });
    return { format, text: content.text, references };
  }
}

function explainInvalid({ format }: ResolvedSchema, error: unknown): unknown {
  if (!(error instanceof SchemaError)) return error;
  const { location } = error;
  const where = location === undefined ? "" : ` (line ${location.line}, column ${location.column})`;
  return invalidSchema(`Invalid schema of type ${format}, details: ${error.message}${where}`, {
    cause: error,
  });
}
