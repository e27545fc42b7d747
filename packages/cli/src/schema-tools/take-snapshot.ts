import { qualifyReference } from "@letterpress/registry";
import type { RegistryClient } from "@letterpress/registry/client";
import { SNAPSHOT_FORMAT, type Snapshot, type SnapshotSubject, type SnapshotVersion } from "./snapshot.ts";
import { unlessMissing } from "./unless-missing.ts";

/**
 * Reads a whole registry, or these subjects and what they include. Ids, versions, metadata, rules, levels and
 * soft-deleted versions are kept.
 */
export async function takeSnapshot(
  registry: RegistryClient,
  subjects?: readonly string[],
  onProgress: (versions: number) => void = () => {},
): Promise<Snapshot> {
  const compatibility = await registry.config();
  const taken = new Map<string, SnapshotSubject>();
  let count = 0;
  const take = async (subject: string): Promise<void> => {
    if (taken.has(subject)) return;
    const versions: SnapshotVersion[] = [];
    const own = await registry.config(subject);
    taken.set(subject, { subject, ...(own === compatibility ? {} : { compatibility: own }), versions });
    const live = new Set((await unlessMissing(registry.versions(subject))) ?? []);
    for (const number of await registry.versions(subject, { deleted: true })) {
      const { version, id, schema, contract } = await registry.version(subject, number, { deleted: true });
      const { format, text, references } = schema;
      versions.push({
        version,
        id,
        deleted: !live.has(number),
        schemaType: format,
        schema: text,
        references: [...references],
        ...contract,
      });
      onProgress(++count);
      if (subjects !== undefined)
        for (const reference of references) await take(qualifyReference(subject, reference.subject));
    }
  };
  for (const subject of subjects ?? (await registry.subjects({ deleted: true }))) await take(subject);
  const sorted = [...taken.values()].toSorted((a, b) => (a.subject < b.subject ? -1 : 1));
  return { format: SNAPSHOT_FORMAT, compatibility, subjects: sorted };
}
