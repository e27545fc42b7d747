import type { RegistryClient } from "@letterpress/registry/client";
import { parseSchema, readerFingerprint } from "@letterpress/schema";
import { unlessMissing } from "../../schema-tools/unless-missing.ts";
import type { KnownVersion } from "../facts.ts";

/** The live versions of a subject, ascending; none for a subject that is new. */
export async function versionsOf(registry: RegistryClient, subject: string): Promise<KnownVersion[]> {
  const numbers = (await unlessMissing(registry.versions(subject))) ?? [];
  return Promise.all(
    numbers
      .toSorted((a, b) => a - b)
      .map(async (number): Promise<KnownVersion> => {
        const { version, id, schema: definition } = await registry.version(subject, number);
        const schema = await registry.resolve(definition);
        const parsed = parseSchema(schema, { file: `${subject} version ${version}` });
        return { version, id, schema, parsed, fingerprint: readerFingerprint(schema) };
      }),
  );
}

/** The versions, of other subjects, that include a version of this one. */
export async function includersOf(
  registry: RegistryClient,
  subject: string,
  versions: readonly KnownVersion[],
) {
  const ids = new Set<number>();
  for (const { version } of versions) {
    for (const id of (await unlessMissing(registry.referencedBy(subject, version))) ?? []) ids.add(id);
  }
  const found = await Promise.all([...ids].map((id) => unlessMissing(registry.versionsById(id))));
  return found.flatMap((each) => each ?? []);
}
