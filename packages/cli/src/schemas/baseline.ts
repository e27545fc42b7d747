import { type RegistryClient, RegistryClientError } from "@letterpress/registry/client";
import { CHECK_LEVELS, type CheckLevel, parseSchema, type VersionedSchema } from "@letterpress/schema";
import { unlessMissing } from "../schema-tools/unless-missing.ts";

/** What schemas are held against: a registry, or something that stands for one where none can be reached. */
export interface Baseline {
  /** The live versions of a subject, ascending; none for one that is new. */
  versions(subject: string, which: "all" | "latest"): Promise<readonly VersionedSchema[]>;
  level(subject: string): Promise<CheckLevel>;
}

/** A registry as it is now. */
export function registryBaseline(registry: RegistryClient): Baseline {
  return {
    async versions(subject, which) {
      const numbers = (await unlessMissing(registry.versions(subject))) ?? [];
      const found: VersionedSchema[] = [];
      for (const version of which === "all" ? numbers : numbers.slice(-1)) {
        const { schema: definition } = await registry.version(subject, version);
        const schema = await registry.resolve(definition, subject);
        found.push({ version, schema: parseSchema(schema, { file: `${subject} version ${version}` }) });
      }
      return found;
    },
    level: async (subject) => levelNamed(await registry.config(subject)),
  };
}

/** @throws RegistryClientError `UNEXPECTED_ANSWER` */
export function levelNamed(name: string): CheckLevel {
  const level = CHECK_LEVELS.find((each) => each === name);
  if (level !== undefined) return level;
  throw new RegistryClientError("UNEXPECTED_ANSWER", `the registry has a compatibility level "${name}"`);
}
