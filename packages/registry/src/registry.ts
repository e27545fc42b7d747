import type { CheckLevel, ParsedSchema, ResolvedSchema } from "@letterpress/schema";
import { CompatibilityChecker, type CompatibilityVerdict } from "./compatibility.ts";
import { type DeletionPlan, planSubjectDeletion, planVersionDeletion } from "./deletion.ts";
import type { RegisterRequest } from "./register-request.ts";
import { Registration } from "./registration.ts";
import {
  type IncompatibleCode,
  invalidSubject,
  RegistryError,
  schemaNotFound,
  subjectNotFound,
  versionNotFound,
} from "./registry-error.ts";
import type { RegistryLog } from "./registry-log.ts";
import { RegistryReader, type VersionSelector } from "./registry-reader.ts";
import type { RegistryEntry, RegistryState } from "./registry-state.ts";
import { LETTERPRESS_FORMATS, type SchemaFormats } from "./schema-formats.ts";
import { SchemaResolver } from "./schema-resolver.ts";
import {
  type ConfigUpdate,
  planConfigDeletion,
  planConfigUpdate,
  planModeDeletion,
  planModeUpdate,
} from "./setting-changes.ts";
import type { StoredSchema, SubjectVersion } from "./stored-schema.ts";
import { isValidSubject, normalizeSubject } from "./subject-name.ts";
import { WriteQueue } from "./write-queue.ts";

export interface RegistryOptions {
  /** What the log has been replayed into, and `log` applies its entries to. */
  readonly state: RegistryState;
  readonly log: RegistryLog;
  /** The level of subjects without settings. Default: `BACKWARD`. */
  readonly compatibility?: CheckLevel | undefined;
  /** What incompatible schemas are answered with. Default: 409. */
  readonly incompatibleCode?: IncompatibleCode | undefined;
  /** The longest schema text. Default: 1,000,000 bytes, which fits a record of the usual size limit. */
  readonly schemaBytesMax?: number | undefined;
  /** The schema formats. Default: Avro and Protobuf. */
  readonly formats?: SchemaFormats | undefined;
}

/**
 * A schema registry: answers questions from its state at once (`reader`) and makes changes one after the other, each
 * answered when it is durable. Subjects are given as clients write them: `orders-value`, `:.lab:orders-value`.
 */
export class Registry {
  readonly reader: RegistryReader;
  readonly #log: RegistryLog;
  readonly #writes = new WriteQueue();
  readonly #resolver: SchemaResolver;
  readonly #checker: CompatibilityChecker;
  readonly #registration: Registration;

  constructor(options: RegistryOptions) {
    const formats = options.formats ?? LETTERPRESS_FORMATS;
    this.#log = options.log;
    this.reader = new RegistryReader(options.state, options.compatibility);
    this.#resolver = new SchemaResolver(options.state, formats);
    this.#checker = new CompatibilityChecker(formats, this.#resolver);
    this.#registration = new Registration(this.reader, this.#resolver, this.#checker, {
      schemaBytesMax: options.schemaBytesMax ?? 1_000_000,
      incompatibleCode: options.incompatibleCode ?? 409,
    });
  }

  get state(): RegistryState {
    return this.reader.state;
  }

  /**
   * Makes a schema the next version of a subject, or finds the version that it is already.
   *
   * @throws RegistryError 409 or 40901 (incompatible), 42201, 42205, 42208, 42209
   */
  register(subject: string, request: RegisterRequest, normalize = false): Promise<SubjectVersion> {
    return this.#write(async () => {
      const name = checkedSubject(subject);
      const plan = this.#registration.plan(name, request, normalize);
      await this.#append(plan.entries);
      return this.state.version(plan.subject, plan.version)!;
    });
  }

  /**
   * The version of a subject that is this schema.
   *
   * @throws RegistryError 40401, 40403, 42201
   */
  lookUp(
    subject: string,
    request: RegisterRequest,
    options: { readonly normalize?: boolean; readonly deleted?: boolean } = {},
  ): SubjectVersion {
    const name = normalizeSubject(subject);
    if (!this.reader.hasSubject(name, options.deleted)) throw subjectNotFound(name);
    const schema = this.#registration.canonicalize(name, request, options.normalize);
    const found = this.#registration.find(name, schema, options.deleted);
    if (found === undefined) throw schemaNotFound();
    return found;
  }

  /**
   * Whether a schema could become the next version: by the subject's level against its versions, or against one.
   *
   * @throws RegistryError 40402, 42201
   */
  testCompatibility(
    subject: string,
    request: RegisterRequest,
    options: { readonly version?: VersionSelector | undefined; readonly normalize?: boolean } = {},
  ): CompatibilityVerdict {
    const name = normalizeSubject(subject);
    const { version: selector, normalize } = options;
    const candidate = this.#registration.canonicalize(name, request, normalize);
    let earlier = this.state.versions(name).filter((version) => !version.deleted);
    if (selector === "latest") earlier = earlier.slice(-1);
    if (typeof selector === "number") earlier = earlier.filter(({ version }) => version === selector);
    if (typeof selector === "number" && earlier.length === 0) throw versionNotFound(selector);
    return this.#checker.check(candidate.parsed, earlier, this.reader.effectiveConfig(name).compatibility);
  }

  /** @throws RegistryError 40401, 40404, 40405, 42205, 42206 */
  deleteSubject(subject: string, permanent = false): Promise<readonly number[]> {
    return this.#delete(() => planSubjectDeletion(this.reader, normalizeSubject(subject), permanent));
  }

  /** @throws RegistryError 40401, 40402, 40406, 40407, 42205, 42206 */
  async deleteVersion(subject: string, version: VersionSelector, permanent = false): Promise<number> {
    const name = normalizeSubject(subject);
    const [deleted] = await this.#delete(() => planVersionDeletion(this.reader, name, version, permanent));
    return deleted!;
  }

  /** @throws RegistryError 42203, 42205, 42208 */
  updateConfig(subject: string | null, update: ConfigUpdate): Promise<void> {
    return this.#change(() => planConfigUpdate(this.state, checkedScope(subject), update));
  }

  /** @throws RegistryError 40401, 42205 */
  deleteConfig(subject: string | null): Promise<void> {
    return this.#change(() => planConfigDeletion(this.state, checkedScope(subject)));
  }

  /** @throws RegistryError 42204, 42205, 42208 */
  updateMode(subject: string | null, mode: string, force = false): Promise<void> {
    return this.#change(() => planModeUpdate(this.state, checkedScope(subject), mode, force));
  }

  /** @throws RegistryError 40401 */
  deleteMode(subject: string | null): Promise<void> {
    return this.#change(() => planModeDeletion(this.state, checkedScope(subject)));
  }

  /** A stored schema with all it includes. */
  resolve(schema: StoredSchema): ResolvedSchema {
    return this.#resolver.resolveStored(schema);
  }

  /**
   * A stored schema's text in another form: `resolved` is an Avro schema with its references put in, `serialized` a
   * Protobuf file's descriptor in base64. A form that its type does not have is the text, as in Confluent's registry:
   * clients may ask for forms of later ones.
   */
  format(schema: StoredSchema, form: string): string {
    return this.#resolver.format(schema, form);
  }

  /** A stored schema, parsed; the ones parsed last are kept. */
  parse(schema: StoredSchema): ParsedSchema {
    return this.#resolver.parseStored(schema);
  }

  #delete(plan: () => DeletionPlan): Promise<readonly number[]> {
    return this.#write(async () => {
      const { versions, entries } = plan();
      await this.#append(entries);
      return versions;
    });
  }

  #change(plan: () => readonly RegistryEntry[]): Promise<void> {
    return this.#write(() => this.#append(plan()));
  }

  #write<T>(operation: () => Promise<T>): Promise<T> {
    return this.#writes.run(operation);
  }

  async #append(entries: readonly RegistryEntry[]): Promise<void> {
    if (entries.length === 0) return;
    try {
      await this.#log.append(entries);
    } catch (cause) {
      throw new RegistryError(50001, "The change could not be written to the _schemas log; try again", {
        cause,
      });
    }
  }
}

/** @throws RegistryError 42208 */
function checkedSubject(subject: string): string {
  if (!isValidSubject(subject)) throw invalidSubject(subject);
  return normalizeSubject(subject);
}

/** A subject or a context; the default context's own name means all. */
function checkedScope(subject: string | null): string | null {
  if (subject === null) return null;
  const scope = checkedSubject(subject);
  return scope === "" ? null : scope;
}
