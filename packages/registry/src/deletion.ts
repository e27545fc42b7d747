import { isReadOnly } from "./effective-settings.ts";
import {
  modeForbids,
  referenceExists,
  subjectNotFound,
  subjectNotSoftDeleted,
  subjectSoftDeleted,
  versionNotFound,
  versionNotSoftDeleted,
  versionSoftDeleted,
} from "./registry-error.ts";
import type { RegistryReader, VersionSelector } from "./registry-reader.ts";
import type { RegistryEntry, RegistryState } from "./registry-state.ts";
import { encodeLogKey } from "./state/log-key.ts";
import { encodeDeleteSubjectValue, encodeSchemaValue } from "./state/log-value.ts";
import type { SubjectVersion } from "./stored-schema.ts";

/** What a deletion writes, and the versions it deletes. */
export interface DeletionPlan {
  readonly versions: readonly number[];
  readonly entries: readonly RegistryEntry[];
}

/**
 * The entries that delete a subject, softly or, after that, for good.
 *
 * @throws RegistryError 40401, 40404, 40405, 42205, 42206
 */
export function planSubjectDeletion(
  reader: RegistryReader,
  subject: string,
  permanent: boolean,
): DeletionPlan {
  const { state } = reader;
  if (!reader.hasSubject(subject, true)) throw subjectNotFound(subject);
  if (!permanent && !reader.hasSubject(subject)) throw subjectSoftDeleted(subject);
  checkWritable(state, subject);
  const doomed = state.versions(subject).filter((version) => permanent || !version.deleted);
  for (const version of doomed) {
    checkUnreferenced(state, version);
    if (permanent && !version.deleted) throw subjectNotSoftDeleted(subject);
  }
  const versions = doomed.map(({ version }) => version);
  if (!permanent) {
    const key = encodeLogKey({ keytype: "DELETE_SUBJECT", subject });
    return { versions, entries: [{ key, value: encodeDeleteSubjectValue(subject, versions.at(-1)!) }] };
  }
  return {
    versions,
    entries: [...keptIds(state, doomed), ...doomed.map(tombstone), ...settingTombstones(state, subject)],
  };
}

/**
 * The entries that delete one version, softly or, after that, for good.
 *
 * @throws RegistryError 40401, 40402, 40406, 40407, 42205, 42206
 */
export function planVersionDeletion(
  reader: RegistryReader,
  subject: string,
  selector: VersionSelector,
  permanent: boolean,
): DeletionPlan {
  const { state } = reader;
  if (!reader.hasSubject(subject, true)) throw subjectNotFound(subject);
  const doomed = reader.findVersion(subject, selector, true);
  if (doomed === undefined) throw versionNotFound(selector === "latest" ? -1 : selector);
  if (!permanent && doomed.deleted) throw versionSoftDeleted(subject, doomed.version);
  checkWritable(state, subject);
  checkUnreferenced(state, doomed);
  if (permanent && !doomed.deleted) throw versionNotSoftDeleted(subject, doomed.version);
  const versions = [doomed.version];
  if (!permanent) {
    const { schema, version } = doomed;
    const value = encodeSchemaValue({
      subject,
      version,
      id: schema.id,
      content: schema.content,
      deleted: true,
    });
    return { versions, entries: [{ key: schemaKey(doomed), value }] };
  }
  const isLast = state.versions(subject).length === 1;
  return {
    versions,
    entries: [
      ...keptIds(state, [doomed]),
      tombstone(doomed),
      ...(isLast ? settingTombstones(state, subject) : []),
    ],
  };
}

function checkWritable(state: RegistryState, subject: string): void {
  if (isReadOnly(state, subject)) throw modeForbids(subject, "read-only");
}

function checkUnreferenced(state: RegistryState, { subject, version }: SubjectVersion): void {
  if (state.referrers(subject, version).length > 0) throw referenceExists(subject, version);
}

/** Once compaction has removed the newest schema, only this entry tells that its id was given out. */
function keptIds(state: RegistryState, doomed: readonly SubjectVersion[]): RegistryEntry[] {
  const isNewestGoing = doomed.some(({ schema }) => schema.id === state.maxId(schema.context));
  return isNewestGoing ? [state.maxIdsEntry()] : [];
}

/** A subject's settings go with its last version. */
function settingTombstones(state: RegistryState, subject: string): RegistryEntry[] {
  const entries: RegistryEntry[] = [];
  if (state.mode(subject) !== undefined) {
    entries.push({ key: encodeLogKey({ keytype: "MODE", subject }), value: null });
  }
  if (state.config(subject) !== undefined) {
    entries.push({ key: encodeLogKey({ keytype: "CONFIG", subject }), value: null });
  }
  return entries;
}

function tombstone(version: SubjectVersion): RegistryEntry {
  return { key: schemaKey(version), value: null };
}

function schemaKey({ subject, version }: SubjectVersion): Buffer {
  return encodeLogKey({ keytype: "SCHEMA", subject, version });
}
