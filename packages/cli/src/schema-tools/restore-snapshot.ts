import { qualifyReference } from "@letterpress/registry";
import { type RegistryClient, RegistryClientError } from "@letterpress/registry/client";
import { CliError } from "../cli-error.ts";
import type { Snapshot, SnapshotSubject, SnapshotVersion } from "./snapshot.ts";
import { unlessMissing } from "./unless-missing.ts";

interface Entry extends SnapshotVersion {
  readonly subject: string;
}

export interface RestoreResult {
  /** How many versions were registered. */
  readonly imported: number;
  /** How many were there already, under the same ids. */
  readonly present: number;
  /** The subjects whose level `STRICT` the registry does not know: they have FULL_TRANSITIVE in its place. */
  readonly weakened: readonly string[];
}

/**
 * Registers what a snapshot holds, under the ids and versions it has there. Each subject is in mode IMPORT while it
 * is written, and has the level that held for it there. Everything is compared first: nothing is imported when
 * something else has one of the ids or versions.
 *
 * @throws CliError `REFUSED` for a registry that has other schemas under these ids or versions.
 */
export async function restoreSnapshot(
  registry: RegistryClient,
  snapshot: Snapshot,
  options: { readonly dryRun?: boolean; readonly onProgress?: (versions: number) => void } = {},
): Promise<RestoreResult> {
  const entries = inOrder(snapshot);
  const missing = await missingEntries(registry, entries);
  const counts = { imported: missing.length, present: entries.length - missing.length };
  if (options.dryRun === true) return { ...counts, weakened: [] };
  const subjects = new Set(missing.map(({ subject }) => subject));
  const modes = new Map<string, string>();
  try {
    for (const subject of subjects) {
      modes.set(subject, await registry.mode(subject));
      await registry.setMode("IMPORT", subject, { force: true });
    }
    for (const [index, entry] of missing.entries()) {
      const { subject, id, version, schemaType, schema, references, metadata, ruleSet } = entry;
      const definition = { format: schemaType, text: schema, references };
      await registry.register(subject, definition, { id, version, metadata, ruleSet });
      options.onProgress?.(index + 1);
    }
    for (const { subject, version, deleted } of missing) {
      if (deleted) await registry.deleteVersion(subject, version);
    }
    const held = snapshot.subjects.filter(({ subject }) => subjects.has(subject));
    return { ...counts, weakened: await restoreLevels(registry, snapshot, held) };
  } finally {
    const global = await registry.mode();
    for (const [subject, mode] of modes) {
      if (mode === global) await registry.deleteMode(subject);
      else await registry.setMode(mode, subject);
    }
  }
}

/** Gives each subject the level that held for it there, its own or the global one; the subjects that have a lesser one. */
async function restoreLevels(
  registry: RegistryClient,
  snapshot: Snapshot,
  subjects: readonly SnapshotSubject[],
): Promise<string[]> {
  const weakened: string[] = [];
  for (const { subject, compatibility = snapshot.compatibility } of subjects) {
    if ((await registry.config(subject)) === compatibility) continue;
    if (!(await setLevel(registry, subject, compatibility))) weakened.push(subject);
  }
  return weakened;
}

/** Whether the registry has taken the very level, and not what it knows in its place. */
async function setLevel(registry: RegistryClient, subject: string, level: string): Promise<boolean> {
  try {
    await registry.setConfig(level, subject);
    return true;
  } catch (error) {
    const isUnknown = error instanceof RegistryClientError && error.code === "INVALID";
    if (level !== "STRICT" || !isUnknown) throw error;
    await registry.setConfig("FULL_TRANSITIVE", subject);
    return false;
  }
}

/** What is included comes before what includes it; else by id. */
function inOrder({ subjects }: Snapshot): Entry[] {
  const entries = subjects.flatMap(({ subject, versions }) => versions.map((each) => ({ subject, ...each })));
  const byName = new Map(entries.map((entry) => [nameOf(entry), entry]));
  const ordered = new Set<Entry>();
  const open = new Set<Entry>();
  const add = (entry: Entry): void => {
    // A circle cannot have been registered anywhere; a damaged file ends in the registry's own refusal.
    if (ordered.has(entry) || open.has(entry)) return;
    open.add(entry);
    for (const reference of entry.references) {
      const subject = qualifyReference(entry.subject, reference.subject);
      const included = byName.get(nameOf({ subject, version: reference.version }));
      if (included !== undefined) add(included);
    }
    ordered.add(entry);
  };
  for (const entry of entries.toSorted((a, b) => a.id - b.id)) add(entry);
  return [...ordered];
}

async function missingEntries(registry: RegistryClient, entries: readonly Entry[]): Promise<Entry[]> {
  const missing: Entry[] = [];
  const clashes: string[] = [];
  for (const entry of entries) {
    const { subject, version, id, schema } = entry;
    const there = await unlessMissing(registry.version(subject, version, { deleted: true }));
    if (there !== undefined) {
      if (there.id !== id) clashes.push(`version ${version} of ${subject} has id ${there.id}, not ${id}`);
      continue;
    }
    const other = await unlessMissing(registry.textById(id, contextOf(subject)));
    if (other !== undefined && other !== schema)
      clashes.push(`id ${id} is another schema there (here: ${subject})`);
    missing.push(entry);
  }
  if (clashes.length > 0) {
    throw new CliError(
      "REFUSED",
      `nothing was imported; the registry is not empty, and differs:\n${clashes.join("\n")}`,
    );
  }
  return missing;
}

function nameOf({ subject, version }: { readonly subject: string; readonly version: number }): string {
  return `${version} ${subject}`;
}

/** The context of a subject, as `:.lab:`; empty for the default one. Ids are counted per context. */
function contextOf(subject: string): string {
  return qualifyReference(subject, "");
}
