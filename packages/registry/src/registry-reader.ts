import { configInScope, type EffectiveConfig, type Mode, modeInScope, modeOf } from "./effective-settings.ts";
import {
  configNotFound,
  invalidVersion,
  modeNotFound,
  schemaNotFound,
  subjectNotFound,
  versionNotFound,
} from "./registry-error.ts";
import type { RegistryState } from "./registry-state.ts";
import type { ConfigValue } from "./state/log-value.ts";
import type { StoredSchema, SubjectVersion } from "./stored-schema.ts";
import {
  CONTEXT_WILDCARD,
  DEFAULT_CONTEXT,
  formatSubject,
  normalizeSubject,
  parseSubject,
} from "./subject-name.ts";

/** Which versions a question is about. */
export interface VersionFilter {
  /** Soft-deleted ones too. Default: false. */
  readonly deleted?: boolean | undefined;
  /** Soft-deleted ones alone. Default: false. */
  readonly deletedOnly?: boolean | undefined;
}

/** A version's number, or the newest one that is not deleted. */
export type VersionSelector = number | "latest";

/** Answers what the registry knows, at once: every lookup takes the same time however many schemas there are. */
export class RegistryReader {
  readonly state: RegistryState;
  readonly #defaultCompatibility: string;

  constructor(state: RegistryState, defaultCompatibility = "BACKWARD") {
    this.state = state;
    this.#defaultCompatibility = defaultCompatibility;
  }

  /** The subjects that begin with `prefix`, sorted. `:*:` and then a prefix looks into every context. */
  subjects(prefix: string = CONTEXT_WILDCARD, filter: VersionFilter = {}): string[] {
    const matches = prefixMatcher(prefix);
    const found: string[] = [];
    for (const subject of this.state.subjects()) {
      if (matches(subject) && this.#isListed(subject, filter)) found.push(subject);
    }
    return found.sort();
  }

  /** Whether a subject has live versions or, when asked, any. */
  hasSubject(subject: string, includeDeleted = false): boolean {
    const versions = this.state.versions(subject);
    return includeDeleted ? versions.length > 0 : this.state.latest(subject) !== undefined;
  }

  /** @throws RegistryError 40401 */
  versions(subject: string, filter: VersionFilter = {}): readonly SubjectVersion[] {
    if (!this.hasSubject(subject, filter.deleted || filter.deletedOnly)) throw subjectNotFound(subject);
    return this.state.versions(subject).filter((version) => isIncluded(version.deleted, filter));
  }

  /**
   * One version. A subject without a context that the default one does not know is looked for in the others.
   *
   * @throws RegistryError 40401, 40402
   */
  version(subject: string, selector: VersionSelector, includeDeleted = false): SubjectVersion {
    const found = this.findVersion(subject, selector, includeDeleted);
    if (found !== undefined) return found;
    const { context, name } = parseSubject(subject);
    if (context === DEFAULT_CONTEXT) {
      for (const other of this.state.contexts()) {
        const elsewhere = formatSubject({ context: other, name });
        const version = this.findVersion(elsewhere, selector, includeDeleted);
        if (version !== undefined) return version;
      }
    }
    throw this.hasSubject(subject, includeDeleted)
      ? versionNotFound(selector === "latest" ? -1 : selector)
      : subjectNotFound(subject);
  }

  /** One version of this very subject. */
  findVersion(
    subject: string,
    selector: VersionSelector,
    includeDeleted = false,
  ): SubjectVersion | undefined {
    if (selector === "latest") return this.state.latest(subject);
    const version = this.state.version(subject, selector);
    return version?.deleted && !includeDeleted ? undefined : version;
  }

  /**
   * The newest version of a subject whose metadata has all these properties.
   *
   * @throws RegistryError 40401, 40403
   */
  versionWithMetadata(
    subject: string,
    properties: Readonly<Record<string, string>>,
    includeDeleted = false,
  ): SubjectVersion {
    const found = this.versions(subject, { deleted: includeDeleted }).findLast(({ schema }) => {
      const own = schema.content.metadata?.properties ?? {};
      return Object.entries(properties).every(([name, value]) => own[name] === value);
    });
    if (found === undefined) throw schemaNotFound();
    return found;
  }

  /**
   * The schema with an id, in the context of `subject` (its name chooses a context where the default one does not
   * know it; `:.lab:` names a context alone). Soft-deleted schemas are found.
   *
   * @throws RegistryError 40403
   */
  schemaById(id: number, subject = ""): StoredSchema {
    const { context, name } = parseSubject(subject);
    const schema = this.state.schemaById(context, id);
    if (context === DEFAULT_CONTEXT && name !== "" && !schema?.uses.has(name)) {
      for (const other of this.state.contexts()) {
        const elsewhere = this.state.schemaById(other, id);
        if (elsewhere?.uses.has(formatSubject({ context: other, name }))) return elsewhere;
      }
    }
    if (schema === undefined) throw schemaNotFound(id);
    return schema;
  }

  /** @throws RegistryError 40403 */
  schemaByGuid(guid: string): StoredSchema {
    const found = this.schemasByGuid(guid)[0];
    if (found === undefined) throw schemaNotFound(guid);
    return found;
  }

  /** The same schema in every context that has it. */
  schemasByGuid(guid: string): StoredSchema[] {
    const found: StoredSchema[] = [];
    for (const context of this.state.contexts()) {
      const schema = this.state.schemaByGuid(context, guid.toLowerCase());
      if (schema !== undefined) found.push(schema);
    }
    return found;
  }

  /** Where a schema is registered, in the order it was. */
  uses(schema: StoredSchema, includeDeleted = false): SubjectVersion[] {
    return [...schema.uses.values()].flat().filter((use) => includeDeleted || !use.deleted);
  }

  /** The ids of the schemas that refer to a version, ascending. */
  referencedBy(subject: string, selector: VersionSelector): number[] {
    const found = this.version(subject, selector, true);
    return this.state.referrers(found.subject, found.version);
  }

  /** @throws RegistryError 40408 when the subject has no settings of its own and the global ones are not asked for. */
  config(subject: string | null, defaultToGlobal = false): ConfigValue {
    const own = this.state.config(subject);
    if (own !== undefined && !(defaultToGlobal && own.compatibilityLevel === undefined)) return own;
    if (subject !== null && !defaultToGlobal) throw configNotFound(subject);
    return this.effectiveConfig(subject).value;
  }

  /** The settings that hold for a subject. */
  effectiveConfig(subject: string | null): EffectiveConfig {
    return configInScope(this.state, subject, this.#defaultCompatibility);
  }

  /** @throws RegistryError 40409 when the subject has no mode of its own and the global one is not asked for. */
  mode(subject: string | null, defaultToGlobal = false): Mode {
    const mode = defaultToGlobal ? modeInScope(this.state, subject) : modeOf(this.state, subject);
    if (mode === undefined) throw modeNotFound(subject!);
    return mode;
  }

  /** The subject that another one stands for by its setting `alias`; else the subject itself. */
  aliased(subject: string): string {
    const alias = this.state.config(subject)?.alias;
    return typeof alias === "string" && alias !== "" ? normalizeSubject(alias) : subject;
  }

  contexts(): string[] {
    return [...this.state.contexts()];
  }

  #isListed(subject: string, filter: VersionFilter): boolean {
    if (filter.deletedOnly) return this.state.latest(subject) === undefined;
    return filter.deleted || this.state.latest(subject) !== undefined;
  }
}

/** @throws RegistryError 42202 unless the text is `latest`, -1 or a version number. */
export function parseVersion(text: string): VersionSelector {
  if (text === "latest" || text === "-1") return "latest";
  const version = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  if (version < 1 || version > 0x7fffffff) throw invalidVersion(text);
  return version;
}

function isIncluded(deleted: boolean, filter: VersionFilter): boolean {
  if (filter.deletedOnly) return deleted;
  return filter.deleted || !deleted;
}

function prefixMatcher(prefix: string): (subject: string) => boolean {
  if (!prefix.startsWith(CONTEXT_WILDCARD)) return (subject) => subject.startsWith(prefix);
  const namePrefix = prefix.slice(CONTEXT_WILDCARD.length);
  return (subject) => parseSubject(subject).name.startsWith(namePrefix);
}
