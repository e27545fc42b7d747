import type { ParsedSchema } from "@letterpress/schema";
import type { CompatibilityChecker } from "./compatibility.ts";
import { type Mode, modeInScope } from "./effective-settings.ts";
import { schemaGuid } from "./identity.ts";
import type { RegisterRequest } from "./register-request.ts";
import {
  type IncompatibleCode,
  invalidSchema,
  modeForbids,
  RegistryError,
  schemaTooLarge,
} from "./registry-error.ts";
import type { RegistryReader } from "./registry-reader.ts";
import { type RegistryEntry, TENANT } from "./registry-state.ts";
import type { SchemaResolver } from "./schema-resolver.ts";
import { encodeLogKey } from "./state/log-key.ts";
import { encodeContextValue, encodeSchemaValue } from "./state/log-value.ts";
import type { SchemaContent, SubjectVersion } from "./stored-schema.ts";
import { contextLabel, DEFAULT_CONTEXT, parseSubject, qualifyReference } from "./subject-name.ts";

const ID_MAX = 0x7fffffff;

/** A schema that has been parsed and brought into the text that identifies it. */
export interface CanonicalSchema {
  readonly content: SchemaContent;
  readonly parsed: ParsedSchema;
}

/** What has to be written to register a schema; nothing when it is registered already. */
export interface RegistrationPlan {
  readonly subject: string;
  readonly version: number;
  readonly entries: readonly RegistryEntry[];
}

export interface RegistrationOptions {
  readonly schemaBytesMax: number;
  readonly incompatibleCode: IncompatibleCode;
}

/** Decides what a registration writes. It reads the state and changes nothing. */
export class Registration {
  readonly #reader: RegistryReader;
  readonly #resolver: SchemaResolver;
  readonly #checker: CompatibilityChecker;
  readonly #options: RegistrationOptions;

  constructor(
    reader: RegistryReader,
    resolver: SchemaResolver,
    checker: CompatibilityChecker,
    options: RegistrationOptions,
  ) {
    this.#reader = reader;
    this.#resolver = resolver;
    this.#checker = checker;
    this.#options = options;
  }

  /**
   * Parses a request's schema, normalised when asked or configured.
   *
   * @throws RegistryError 42201, 42209
   */
  canonicalize(subject: string, request: RegisterRequest, normalize = false): CanonicalSchema {
    if (request.schema.trim() === "") throw invalidSchema("Empty schema");
    const bytes = Buffer.byteLength(request.schema);
    if (bytes > this.#options.schemaBytesMax) throw schemaTooLarge(bytes, this.#options.schemaBytesMax);
    const references = (request.references ?? []).map((reference) =>
      reference.version === -1 ? this.#pinReference(subject, reference) : reference,
    );
    const given: SchemaContent = {
      schemaType: request.schemaType ?? "AVRO",
      text: request.schema,
      references,
      ...(request.metadata === undefined ? {} : { metadata: request.metadata }),
      ...(request.ruleSet === undefined ? {} : { ruleSet: request.ruleSet }),
    };
    let parsed = this.#resolver.parse(this.#resolver.resolve(given, subject));
    if (normalize || this.#reader.effectiveConfig(subject).normalize) {
      const normalized = { ...given, text: parsed.normalizedText };
      parsed = this.#resolver.parse(this.#resolver.resolve(normalized, subject));
    }
    return { content: { ...given, text: parsed.canonicalText }, parsed };
  }

  /** The version of a subject that is this schema; live ones are preferred to deleted ones. */
  find(subject: string, schema: CanonicalSchema, includeDeleted = false): SubjectVersion | undefined {
    const { state } = this.#reader;
    const same = state.schemaByGuid(parseSubject(subject).context, schemaGuid(schema.content));
    const uses = same?.uses.get(subject) ?? [];
    const exact = uses.findLast((use) => !use.deleted) ?? (includeDeleted ? uses.at(-1) : undefined);
    return exact ?? this.#findInlined(subject, schema.content);
  }

  /**
   * The entries that make the schema the next version of its subject.
   *
   * @throws RegistryError 409, 42201, 42205, 42207
   */
  plan(subject: string, request: RegisterRequest, normalize = false): RegistrationPlan {
    const { state } = this.#reader;
    const mode = modeInScope(state, subject);
    checkMode(subject, mode, request);
    let schema = this.canonicalize(subject, this.#withText(subject, mode, request), normalize);
    const existing = request.version === undefined ? this.#existing(subject, schema, request.id) : undefined;
    if (existing !== undefined) return { subject, version: existing.version, entries: [] };

    const versions = state.versions(subject);
    const nextVersion = (versions.at(-1)?.version ?? 0) + 1;
    const version = request.version ?? nextVersion;
    if (mode !== "IMPORT") {
      if (version !== nextVersion) throw invalidSchema("Version is not one more than previous version");
      schema = this.#inheritMetadata(subject, schema);
      this.#checkCompatibility(subject, schema);
    }
    const id = this.#chooseId(subject, schema, request.id);
    return { subject, version, entries: this.#entries(subject, version, id, schema.content) };
  }

  /** A request without a text is about the newest version's, to which it gives metadata or rules. */
  #withText(subject: string, mode: Mode, request: RegisterRequest): RegisterRequest {
    const previous = this.#reader.state.latest(subject)?.schema.content;
    if (request.schema.trim() !== "" || mode === "IMPORT" || previous === undefined) return request;
    const { text, schemaType, references } = previous;
    return { ...request, schema: text, schemaType, references };
  }

  #existing(subject: string, schema: CanonicalSchema, id: number | undefined): SubjectVersion | undefined {
    const inherited = this.#inheritMetadata(subject, schema);
    const found = this.find(subject, schema) ?? this.find(subject, inherited);
    if (found === undefined || id === undefined || id === found.schema.id) return found;
    throw new RegistryError(
      42207,
      `Schema already registered with id ${found.schema.id} instead of input id ${id}`,
    );
  }

  /** An Avro schema without references is the same as one whose references, put in, give its text. */
  #findInlined(subject: string, { schemaType, references, text }: SchemaContent): SubjectVersion | undefined {
    if (schemaType !== "AVRO" || references.length > 0) return undefined;
    return this.#reader.state.versions(subject).findLast(({ deleted, schema }) => {
      const { content } = schema;
      if (deleted || content.schemaType !== "AVRO" || content.references.length === 0) return false;
      return this.#resolver.format(schema, "resolved") === text;
    });
  }

  /** Metadata and rules carry over from the previous version when none are given. */
  #inheritMetadata(subject: string, schema: CanonicalSchema): CanonicalSchema {
    const previous = this.#reader.state.latest(subject)?.schema.content;
    const metadata = schema.content.metadata ?? previous?.metadata;
    const ruleSet = schema.content.ruleSet ?? previous?.ruleSet;
    if (metadata === schema.content.metadata && ruleSet === schema.content.ruleSet) return schema;
    return {
      parsed: schema.parsed,
      content: {
        ...schema.content,
        ...(metadata === undefined ? {} : { metadata }),
        ...(ruleSet === undefined ? {} : { ruleSet }),
      },
    };
  }

  #checkCompatibility(subject: string, schema: CanonicalSchema): void {
    const live = this.#reader.state.versions(subject).filter((version) => !version.deleted);
    const verdict = this.#checker.check(
      schema.parsed,
      live,
      this.#reader.effectiveConfig(subject).compatibility,
    );
    if (verdict.isCompatible) return;
    throw new RegistryError(
      this.#options.incompatibleCode,
      `Schema being registered is incompatible with an earlier schema for subject "${subject}", ` +
        `details: [${verdict.messages.join(", ")}]`,
    );
  }

  /** The id asked for, else that of the same schema elsewhere in the context, else the next one. */
  #chooseId(subject: string, schema: CanonicalSchema, asked: number | undefined): number {
    const { state } = this.#reader;
    const { context } = parseSubject(subject);
    const guid = schemaGuid(schema.content);
    if (asked === undefined) {
      const id = state.schemaByGuid(context, guid)?.id ?? state.maxId(context) + 1;
      if (id > ID_MAX) throw new RegistryError(50001, `The context ${contextLabel(context)} has no ids left`);
      return id;
    }
    const taken = state.schemaById(context, asked);
    if (taken !== undefined && taken.guid !== guid) {
      throw new RegistryError(
        42205,
        `Overwrite new schema with id ${asked} in context ${contextLabel(context)} is not permitted.`,
      );
    }
    return asked;
  }

  #entries(subject: string, version: number, id: number, content: SchemaContent): RegistryEntry[] {
    const { state } = this.#reader;
    const { context } = parseSubject(subject);
    const entries: RegistryEntry[] = [];
    if (context !== DEFAULT_CONTEXT && !state.hasContext(context)) {
      entries.push({
        key: encodeLogKey({ keytype: "CONTEXT", tenant: TENANT, context }),
        value: encodeContextValue(TENANT, context),
      });
    }
    entries.push({
      key: encodeLogKey({ keytype: "SCHEMA", subject, version }),
      value: encodeSchemaValue({ subject, version, id, content, deleted: false }),
    });
    // A deleted version of the same schema is superseded by the new one.
    for (const old of state.versions(subject)) {
      if (!old.deleted || old.schema.id !== id || old.version >= version) continue;
      entries.push({ key: encodeLogKey({ keytype: "SCHEMA", subject, version: old.version }), value: null });
    }
    return entries;
  }

  #pinReference(subject: string, reference: { name: string; subject: string; version: number }) {
    const latest = this.#reader.state.latest(qualifyReference(subject, reference.subject));
    if (latest === undefined) {
      throw invalidSchema(`No schema reference found for subject "${reference.subject}" and version -1`);
    }
    return { ...reference, version: latest.version };
  }
}

/** @throws RegistryError 42205 */
function checkMode(subject: string, mode: Mode, request: RegisterRequest): void {
  if (mode === "READONLY" || mode === "READONLY_OVERRIDE") throw modeForbids(subject, "read-only");
  if (request.id !== undefined && mode !== "IMPORT") throw modeForbids(subject, "not in import");
  if (request.id === undefined && mode !== "READWRITE") throw modeForbids(subject, "not in read-write");
}
