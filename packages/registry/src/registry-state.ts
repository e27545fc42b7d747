import { schemaGuid } from "./identity.ts";
import { ContextIndex } from "./state/context-index.ts";
import { decodeLogKey, encodeLogKey } from "./state/log-key.ts";
import {
  type ConfigValue,
  decodeConfigValue,
  decodeDeleteSubjectValue,
  decodeMaxIdsValue,
  decodeModeValue,
  decodeSchemaValue,
  encodeConfigValue,
  encodeContextValue,
  encodeMaxIdsValue,
  encodeModeValue,
  encodeSchemaValue,
} from "./state/log-value.ts";
import { ReferenceIndex } from "./state/reference-index.ts";
import { SubjectVersions } from "./state/subject-versions.ts";
import type { StoredSchema, SubjectVersion } from "./stored-schema.ts";
import { DEFAULT_CONTEXT, isInScope, parseSubject } from "./subject-name.ts";

/** One entry of the `_schemas` log: a new value, or null for its removal. */
export interface RegistryEntry {
  readonly key: Buffer;
  readonly value: Buffer | null;
}

/** The tenant that a registry of one tenant writes. */
export const TENANT = "default";
const NO_VERSIONS: readonly SubjectVersion[] = Object.freeze([]);

/**
 * The state of a registry as a pure function of its `_schemas` log, which is Confluent's in keys and values.
 * Texts are not parsed here, so that a start with many schemas is quick. Applying an entry twice is applying it once.
 */
export class RegistryState {
  readonly #contexts = new Map<string, ContextIndex>([[DEFAULT_CONTEXT, new ContextIndex(DEFAULT_CONTEXT)]]);
  readonly #subjects = new Map<string, SubjectVersions>();
  readonly #references = new ReferenceIndex();
  readonly #configs = new Map<string | null, ConfigValue>();
  readonly #modes = new Map<string | null, string>();
  #removalCount = 0;

  /** Grows whenever a version is permanently deleted or replaced: what was cached as registered may not be. */
  get removalCount(): number {
    return this.#removalCount;
  }

  /** Takes one entry in log order. Entries that make no sense are ignored. */
  apply({ key, value }: RegistryEntry): void {
    const target = decodeLogKey(key);
    switch (target?.keytype) {
      case "SCHEMA":
        if (value === null) this.#removeVersion(target.subject, target.version);
        else this.#applySchema(value);
        break;
      case "CONFIG":
        setOrDelete(this.#configs, target.subject, value === null ? undefined : decodeConfigValue(value));
        break;
      case "MODE":
        setOrDelete(this.#modes, target.subject, value === null ? undefined : decodeModeValue(value));
        break;
      case "DELETE_SUBJECT":
        if (value !== null) this.#softDelete(target.subject, decodeDeleteSubjectValue(value) ?? 0);
        break;
      case "CLEAR_SUBJECT":
        if (value !== null) this.#clear(target.subject);
        break;
      case "CONTEXT":
        if (value !== null) this.#context(target.context);
        break;
      case "NOOP":
        if (value !== null) this.#reserve(value);
        break;
    }
  }

  /** The entries that rebuild this state from nothing, in an order that may be replayed. */
  *liveEntries(): Generator<RegistryEntry> {
    for (const [subject, config] of this.#configs) {
      yield {
        key: encodeLogKey({ keytype: "CONFIG", subject }),
        value: encodeConfigValue(subject, config),
      };
    }
    for (const [subject, mode] of this.#modes) {
      yield { key: encodeLogKey({ keytype: "MODE", subject }), value: encodeModeValue(subject, mode) };
    }
    for (const context of this.#contexts.keys()) {
      if (context === DEFAULT_CONTEXT) continue;
      yield {
        key: encodeLogKey({ keytype: "CONTEXT", tenant: TENANT, context }),
        value: encodeContextValue(TENANT, context),
      };
    }
    for (const subject of this.#subjects.values()) {
      for (const { schema, ...use } of subject.all) {
        yield {
          key: encodeLogKey({ keytype: "SCHEMA", subject: use.subject, version: use.version }),
          value: encodeSchemaValue({ ...use, id: schema.id, content: schema.content }),
        };
      }
    }
    if ([...this.#contexts.values()].some(({ isMaxIdForgotten }) => isMaxIdForgotten))
      yield this.maxIdsEntry();
  }

  /** The entry that keeps the largest ids when the schemas that have them are gone: no id means two schemas, ever. */
  maxIdsEntry(): RegistryEntry {
    const maxIds = new Map([...this.#contexts.values()].map(({ context, maxId }) => [context, maxId]));
    return { key: encodeLogKey({ keytype: "NOOP" }), value: encodeMaxIdsValue(maxIds) };
  }

  /** Every subject with a version, deleted ones included, in the order they came. */
  subjects(): IterableIterator<string> {
    return this.#subjects.keys();
  }

  /** The default context first, then the others in the order they came. */
  contexts(): IterableIterator<string> {
    return this.#contexts.keys();
  }

  /** The versions of a subject, ascending, soft-deleted ones included. */
  versions(subject: string): readonly SubjectVersion[] {
    return this.#subjects.get(subject)?.all ?? NO_VERSIONS;
  }

  version(subject: string, version: number): SubjectVersion | undefined {
    return this.#subjects.get(subject)?.get(version);
  }

  /** The newest version that is not deleted. */
  latest(subject: string): SubjectVersion | undefined {
    return this.#subjects.get(subject)?.latest();
  }

  schemaById(context: string, id: number): StoredSchema | undefined {
    return this.#contexts.get(context)?.byId(id);
  }

  schemaByGuid(context: string, guid: string): StoredSchema | undefined {
    return this.#contexts.get(context)?.byGuid(guid);
  }

  /** The largest id of a context so far; 0 when there was none. */
  maxId(context: string): number {
    return this.#contexts.get(context)?.maxId ?? 0;
  }

  hasContext(context: string): boolean {
    return this.#contexts.has(context);
  }

  /** The ids of the schemas whose live versions refer to this version. */
  referrers(subject: string, version: number): number[] {
    return this.#references.referrers(subject, version);
  }

  /** The settings of this very subject; null asks for the global ones. */
  config(subject: string | null): ConfigValue | undefined {
    return this.#configs.get(subject);
  }

  /** The mode of this very subject; null asks for the global one. */
  mode(subject: string | null): string | undefined {
    return this.#modes.get(subject);
  }

  #applySchema(bytes: Buffer): void {
    const value = decodeSchemaValue(bytes);
    if (value === undefined) return;
    const { subject, version, id, content, deleted } = value;
    const context = this.#context(parseSubject(subject).context);
    const schema = context.claim(id, schemaGuid(content), content);
    if (schema === undefined) return;
    this.#put({ subject, version, schema, deleted });
  }

  /** Adds before it removes: a version that changes its deleted flag must not lose its schema in between. */
  #put(use: SubjectVersion): void {
    const versions = this.#subjects.get(use.subject) ?? new SubjectVersions();
    const previous = versions.get(use.version);
    const context = this.#context(use.schema.context);
    context.addUse(use);
    this.#references.add(use);
    versions.set(use);
    this.#subjects.set(use.subject, versions);
    if (previous === undefined) return;
    context.removeUse(previous);
    this.#references.remove(previous);
    if (previous.schema !== use.schema) this.#removalCount++;
  }

  #removeVersion(subject: string, version: number): void {
    const versions = this.#subjects.get(subject);
    const removed = versions?.get(version);
    if (versions === undefined || removed === undefined) return;
    versions.delete(version);
    if (versions.all.length === 0) this.#subjects.delete(subject);
    this.#references.remove(removed);
    this.#context(removed.schema.context).removeUse(removed);
    this.#removalCount++;
  }

  #softDelete(subject: string, lastVersion: number): void {
    for (const use of [...this.versions(subject)]) {
      if (use.version <= lastVersion && !use.deleted) this.#put({ ...use, deleted: true });
    }
  }

  /** Permanently removes what was soft-deleted. */
  #clear(scope: string | null): void {
    for (const subject of [...this.#subjects.keys()]) {
      if (!isInScope(subject, scope)) continue;
      for (const use of [...this.versions(subject)]) {
        if (use.deleted) this.#removeVersion(subject, use.version);
      }
    }
  }

  #reserve(bytes: Buffer): void {
    for (const [context, maxId] of decodeMaxIdsValue(bytes)) this.#context(context).reserve(maxId);
  }

  #context(name: string): ContextIndex {
    const known = this.#contexts.get(name);
    if (known !== undefined) return known;
    const context = new ContextIndex(name);
    this.#contexts.set(name, context);
    return context;
  }
}

function setOrDelete<K, V>(map: Map<K, V>, key: K, value: V | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}
