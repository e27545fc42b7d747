import type { RegistryClient } from "@letterpress/registry/client";
import type { ResolvedSchema } from "@letterpress/schema";
import { CliError } from "../cli-error.ts";
import type { SchemaSource } from "../schemas/schema-sources.ts";
import { unlessMissing } from "./unless-missing.ts";

export interface Registered {
  readonly subject: string;
  readonly id: number;
  readonly version: number | null;
}

/**
 * Registers schemas, and before each one what it includes: all of them or none. When one is refused on the way, the
 * versions that were new are deleted again, for good; ids that they have used up stay used.
 *
 * @throws CliError `REFUSED` with what was taken back; RegistryClientError when not even that could be done.
 */
export async function registerAll(
  registry: RegistryClient,
  sources: readonly SchemaSource[],
): Promise<Registered[]> {
  const before = await versionsBefore(registry, sources);
  const registered: Registered[] = [];
  try {
    for (const { subject, schema } of sources) {
      const { id, version = null } = await registry.registerResolved(subject, schema);
      registered.push({ subject, id, version });
    }
    return registered;
  } catch (cause) {
    const taken = await takeBack(registry, before);
    const message = cause instanceof Error ? cause.message : String(cause);
    const undone = taken.length === 0 ? "" : ` (taken back: ${taken.join(", ")})`;
    throw new CliError("REFUSED", `nothing was registered${undone}: ${message}`, { cause });
  }
}

/** The versions that each subject has, deleted ones included, in the order in which subjects are registered. */
async function versionsBefore(
  registry: RegistryClient,
  sources: readonly SchemaSource[],
): Promise<Map<string, ReadonlySet<number>>> {
  const before = new Map<string, ReadonlySet<number>>();
  const seen = new Set<ResolvedSchema>();
  const add = async (subject: string, schema: ResolvedSchema): Promise<void> => {
    if (before.has(subject) && seen.has(schema)) return;
    seen.add(schema);
    for (const reference of schema.references) await add(reference.subject, reference.schema);
    if (before.has(subject)) return;
    before.set(subject, new Set((await unlessMissing(registry.versions(subject, { deleted: true }))) ?? []));
  };
  for (const { subject, schema } of sources) await add(subject, schema);
  return before;
}

/** Deletes what is new, what includes others before what it includes. */
async function takeBack(
  registry: RegistryClient,
  before: ReadonlyMap<string, ReadonlySet<number>>,
): Promise<string[]> {
  const taken: string[] = [];
  for (const [subject, known] of [...before].toReversed()) {
    for (const version of (await unlessMissing(registry.versions(subject))) ?? []) {
      if (known.has(version)) continue;
      await registry.deleteVersion(subject, version);
      await registry.deleteVersion(subject, version, { permanent: true });
      taken.push(`${subject} version ${version}`);
    }
  }
  return taken;
}
