import { type RegistryClient, registerReferences } from "@letterpress/registry/client";
import type { ResolvedSchema, SchemaDefinition } from "@letterpress/schema";
import { CliError } from "../cli-error.ts";
import { type NewVersion, takeBack } from "./take-back.ts";
import { unlessMissing } from "./unless-missing.ts";

export interface Registered {
  readonly subject: string;
  readonly id: number;
  readonly version: number;
}

/** A schema and where it belongs. */
export interface SubjectSchema {
  readonly subject: string;
  readonly schema: ResolvedSchema;
}

export interface RegisterAllOptions {
  /** Run when it is known which versions are there: from then on, a version that somebody else adds ends the run. */
  readonly confirm?: (() => Promise<void>) | undefined;
}

/**
 * Registers schemas, and before each one what it includes: all of them or none. When one is refused on the way, the
 * versions that this run has made are deleted again, for good; ids that they have used up stay used.
 *
 * @throws CliError `REFUSED` with what was taken back, and what could not be and stays; what `confirm` throws.
 */
export async function registerAll(
  registry: RegistryClient,
  sources: readonly SubjectSchema[],
  { confirm }: RegisterAllOptions = {},
): Promise<Registered[]> {
  const before = await versionsBefore(registry, sources);
  await confirm?.();
  const tried: { readonly subject: string; readonly definition: SchemaDefinition }[] = [];
  const register = async (subject: string, definition: SchemaDefinition): Promise<Registered> => {
    tried.push({ subject, definition });
    const { id, version } = await registry.register(subject, definition);
    const registered = version ?? (await registry.lookup(subject, definition)).version;
    checkUnmoved(subject, registered, before.get(subject)!);
    return { subject, id, version: registered };
  };
  const registered: Registered[] = [];
  try {
    for (const { subject, schema } of sources) {
      const references = await registerReferences(
        schema.references,
        async (included, definition) => (await register(included, definition)).version,
      );
      registered.push(await register(subject, { format: schema.format, text: schema.text, references }));
    }
    return registered;
  } catch (cause) {
    // Looking up tells what is there, also where only the answer to a registration was lost.
    const isNew = ({ subject, version }: NewVersion): boolean => !before.get(subject)!.has(version);
    throw await takeBack(registry, tried, isNew, cause);
  }
}

/** @throws CliError `REFUSED` when the version shows that somebody else has registered one meanwhile. */
function checkUnmoved(subject: string, version: number, before: ReadonlySet<number>): void {
  if (before.has(version) || version === Math.max(0, ...before) + 1) return;
  throw new CliError("REFUSED", `somebody else has registered a version of ${subject} meanwhile; look again`);
}

/** The versions that each subject has, deleted ones included. */
async function versionsBefore(
  registry: RegistryClient,
  sources: readonly SubjectSchema[],
): Promise<ReadonlyMap<string, ReadonlySet<number>>> {
  const before = new Map<string, ReadonlySet<number>>();
  const seen = new Set<ResolvedSchema>();
  const add = async (subject: string, schema: ResolvedSchema): Promise<void> => {
    if (!seen.has(schema)) {
      seen.add(schema);
      for (const reference of schema.references) await add(reference.subject, reference.schema);
    }
    if (before.has(subject)) return;
    before.set(subject, new Set((await unlessMissing(registry.versions(subject, { deleted: true }))) ?? []));
  };
  for (const { subject, schema } of sources) await add(subject, schema);
  return before;
}
