import type { ResolvedSchema, SchemaDefinition } from "@letterpress/schema";
import {
  anyAnswer,
  compatibilityAnswer,
  type DataContract,
  definitionAnswer,
  numbersAnswer,
  type RegisteredVersion,
  registerAnswer,
  subjectVersionsAnswer,
  textsAnswer,
  toBody,
  toDefinition,
  toRegisteredVersion,
  versionAnswer,
} from "./answers.ts";
import { query, segment, subjectPath } from "./calls.ts";
import { PromiseCache } from "./promise-cache.ts";
import { putReferencesIn, registerReferences } from "./references.ts";
import { SettingsClient } from "./settings-client.ts";
import type { TransportOptions } from "./transport.ts";

export interface RegistryClientOptions extends TransportOptions {
  /** How many schemas, and how many ids of schemas, are kept. Default: 1,000. */
  readonly cacheCountMax?: number | undefined;
}

/** What registering answers; registries older than Confluent's 8.0 leave the version out. */
export interface RegisterResult {
  readonly id: number;
  readonly version: number | undefined;
}

/** Talks to a schema registry: Letterpress's or Confluent's. Every method throws RegistryClientError. */
export class RegistryClient extends SettingsClient {
  /** By id, and by GUID as text. */
  readonly #schemas: PromiseCache<number | string, ResolvedSchema>;
  readonly #references: PromiseCache<string, SchemaDefinition>;
  readonly #ids: PromiseCache<string, number>;

  constructor(options: RegistryClientOptions) {
    super(options);
    const countMax = options.cacheCountMax ?? 1_000;
    this.#schemas = new PromiseCache(countMax);
    this.#references = new PromiseCache(countMax);
    this.#ids = new PromiseCache(countMax);
  }

  /**
   * Makes a schema the next version of a subject, or finds it there. Its references must be registered. Ids and
   * versions may be asked for in mode IMPORT alone; metadata and rules come from the version before where none are given.
   */
  async register(
    subject: string,
    schema: SchemaDefinition,
    options: {
      readonly normalize?: boolean | undefined;
      readonly id?: number | undefined;
      readonly version?: number | undefined;
    } & DataContract = {},
  ): Promise<RegisterResult> {
    const { normalize, ...wanted } = options;
    const path = `${subjectPath(subject)}/versions${query({ normalize })}`;
    const { id, version } = await this.calls.post(path, { ...toBody(schema), ...wanted }, registerAnswer);
    return { id, version: version ?? undefined };
  }

  /** Registers what a schema includes, innermost first, and then the schema itself. */
  async registerResolved(
    subject: string,
    schema: ResolvedSchema,
    options: { readonly normalize?: boolean | undefined } = {},
  ): Promise<RegisterResult> {
    const references = await registerReferences(schema.references, async (included, definition) => {
      const { version } = await this.register(included, definition, options);
      return version ?? (await this.lookup(included, definition, options)).version;
    });
    return this.register(subject, { ...schema, references }, options);
  }

  /** The version of a subject that is this schema. */
  async lookup(
    subject: string,
    schema: SchemaDefinition,
    options: { readonly normalize?: boolean | undefined; readonly deleted?: boolean | undefined } = {},
  ): Promise<RegisteredVersion> {
    const path = `${subjectPath(subject)}${query(options)}`;
    return toRegisteredVersion(await this.calls.post(path, toBody(schema), versionAnswer));
  }

  /** The id of a schema under a subject; asked once and then kept. */
  idOf(subject: string, schema: ResolvedSchema): Promise<number> {
    const key = `${subject}\n${JSON.stringify(toBody(schema))}`;
    return this.#ids.get(key, async () => (await this.lookup(subject, schema)).id);
  }

  /** A schema with all it includes, in the registry's default context; asked once and then kept. */
  schemaById(id: number): Promise<ResolvedSchema> {
    return this.#schemas.get(id, async () => {
      const answer = await this.calls.get(`/schemas/ids/${id}`, definitionAnswer);
      return this.resolve(toDefinition(answer));
    });
  }

  /** A schema by its GUID, which is the same in every registry; asked once and then kept. */
  schemaByGuid(guid: string): Promise<ResolvedSchema> {
    return this.#schemas.get(guid, async () => {
      const answer = await this.calls.get(`/schemas/guids/${segment(guid)}`, definitionAnswer);
      return this.resolve(toDefinition(answer));
    });
  }

  /**
   * The texts of everything a definition refers to, put in.
   *
   * @param home A subject of the context in which references without one are. Default: the default context.
   */
  resolve(definition: SchemaDefinition, home = ""): Promise<ResolvedSchema> {
    return putReferencesIn(definition, home, (subject, version) =>
      this.#references.get(`${subject}\n${version}`, () => this.#readReference(subject, version)),
    );
  }

  /** The text that an id means in the context of a subject. */
  async textById(id: number, home: string): Promise<string> {
    const answer = await this.calls.get(`/schemas/ids/${id}${query({ subject: home })}`, definitionAnswer);
    return answer.schema;
  }

  /** The newest version of a subject that is not deleted. */
  latest(subject: string): Promise<RegisteredVersion> {
    return this.version(subject, "latest");
  }

  /** One version of a subject; one that is soft-deleted only when asked to. */
  async version(
    subject: string,
    version: number | "latest",
    options: { readonly deleted?: boolean | undefined } = {},
  ): Promise<RegisteredVersion> {
    const path = `${subjectPath(subject)}/versions/${version}${query(options)}`;
    return toRegisteredVersion(await this.calls.get(path, versionAnswer));
  }

  versions(subject: string, options: { readonly deleted?: boolean | undefined } = {}): Promise<number[]> {
    return this.calls.get(`${subjectPath(subject)}/versions${query(options)}`, numbersAnswer);
  }

  subjects(
    options: { readonly subjectPrefix?: string | undefined; readonly deleted?: boolean | undefined } = {},
  ): Promise<string[]> {
    return this.calls.get(`/subjects${query(options)}`, textsAnswer);
  }

  /** The versions, of any subject, that a schema id stands for. */
  versionsById(id: number): Promise<readonly { readonly subject: string; readonly version: number }[]> {
    return this.calls.get(`/schemas/ids/${id}/versions`, subjectVersionsAnswer);
  }

  /** The ids of the schemas that refer to a version. */
  referencedBy(subject: string, version: number | "latest"): Promise<number[]> {
    return this.calls.get(`${subjectPath(subject)}/versions/${version}/referencedby`, numbersAnswer);
  }

  /** Whether a schema could become the next version, and why not: against all versions the level asks for, or one. */
  async checkCompatibility(
    subject: string,
    schema: SchemaDefinition,
    options: {
      readonly version?: number | "latest" | undefined;
      readonly verbose?: boolean | undefined;
      readonly normalize?: boolean | undefined;
    } = {},
  ): Promise<{ readonly isCompatible: boolean; readonly messages: readonly string[] }> {
    const { version, verbose = true, normalize } = options;
    const suffix = version === undefined ? "" : `/${version}`;
    const path = `/compatibility${subjectPath(subject)}/versions${suffix}${query({ verbose, normalize })}`;
    const answer = await this.calls.post(path, toBody(schema), compatibilityAnswer);
    return { isCompatible: answer.is_compatible, messages: answer.messages ?? [] };
  }

  /** Deletes all versions of a subject; for good only what was deleted before. */
  deleteSubject(
    subject: string,
    options: { readonly permanent?: boolean | undefined } = {},
  ): Promise<number[]> {
    this.#ids.clear();
    return this.calls.delete(`${subjectPath(subject)}${query(options)}`, numbersAnswer);
  }

  async deleteVersion(
    subject: string,
    version: number | "latest",
    options: { readonly permanent?: boolean | undefined } = {},
  ): Promise<void> {
    this.#ids.clear();
    await this.calls.delete(`${subjectPath(subject)}/versions/${version}${query(options)}`, anyAnswer);
  }

  /** A version that others refer to is needed even when it has been soft-deleted. */
  async #readReference(subject: string, version: number): Promise<SchemaDefinition> {
    return (await this.version(subject, version, { deleted: true })).schema;
  }
}
