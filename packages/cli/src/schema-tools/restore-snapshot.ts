import type { RegistryClient } from "@letterpress/registry/client";
import { CliError } from "../cli-error.ts";
import type { Snapshot, SnapshotVersion } from "./snapshot.ts";
import { unlessMissing } from "./unless-missing.ts";

interface Entry extends SnapshotVersion {
  readonly subject: string;
}

export interface RestoreResult {
  /** How many versions were registered. */
  readonly imported: number;
  /** How many were there already, under the same ids. */
  readonly present: number;
}

/**
 * Registers what a snapshot holds, under the ids and versions it has there. Each subject is in mode IMPORT while it
 * is written. Everything is compared first: nothing is imported when something else has one of the ids or versions.
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
  if (options.dryRun === true) return { imported: missing.length, present: entries.length - missing.length };
  const subjects = new Set(missing.map(({ subject }) => subject));
  const modes = new Map<string, string>();
  try {
    for (const subject of subjects) {
      modes.set(subject, await registry.mode(subject));
      await registry.setMode("IMPORT", subject, { force: true });
    }
    for (const [index, entry] of missing.entries()) {
      const { subject, id, version, schemaType, schema, references } = entry;
      await registry.register(subject, { format: schemaType, text: schema, references }, { id, version });
      options.onProgress?.(index + 1);
    }
  } finally {
    for (const subject of modes.keys()) await registry.deleteMode(subject);
  }
  for (const { subject, version, deleted } of missing) {
    if (deleted) await registry.deleteVersion(subject, version);
  }
  for (const { subject, compatibility } of snapshot.subjects) {
    if (compatibility !== undefined && subjects.has(subject))
      await registry.setConfig(compatibility, subject);
  }
  return { imported: missing.length, present: entries.length - missing.length };
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
      const included = byName.get(nameOf(reference));
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
    const other = await unlessMissing(registry.schemaById(id));
    if (other !== undefined && other.text !== schema)
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
