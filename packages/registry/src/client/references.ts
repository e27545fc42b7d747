import type {
  ResolvedReference,
  ResolvedSchema,
  SchemaDefinition,
  SchemaReference,
} from "@letterpress/schema";
import { RegistryClientError } from "./registry-client-error.ts";

const DEPTH_MAX = 32;
const REFERENCES_MAX = 1_000;

/**
 * A definition with the texts of everything it refers to; `read` gives one version of a subject. What is reached in
 * several ways is read once, and is one object.
 */
export async function putReferencesIn(
  definition: SchemaDefinition,
  read: (subject: string, version: number) => Promise<SchemaDefinition>,
): Promise<ResolvedSchema> {
  const definitions = await readAll(definition, read);
  const resolved = new Map<string, ResolvedSchema>();
  const resolve = ({ format, text, references }: SchemaDefinition, depthLeft: number): ResolvedSchema => {
    checkDepth(depthLeft);
    const included = references.map((reference): ResolvedReference => {
      const key = keyOf(reference);
      const schema = resolved.get(key) ?? resolve(definitions.get(key)!, depthLeft - 1);
      resolved.set(key, schema);
      return { ...reference, schema };
    });
    return { format, text, references: included };
  };
  return resolve(definition, DEPTH_MAX);
}

/** Everything a definition refers to, directly or not: what is equally deep is read at the same time. */
async function readAll(
  definition: SchemaDefinition,
  read: (subject: string, version: number) => Promise<SchemaDefinition>,
): Promise<ReadonlyMap<string, SchemaDefinition>> {
  const found = new Map<string, SchemaDefinition>();
  let level = [definition];
  while (level.length > 0) {
    const wanted = new Map<string, SchemaReference>();
    for (const reference of level.flatMap(({ references }) => references)) {
      if (!found.has(keyOf(reference))) wanted.set(keyOf(reference), reference);
    }
    if (found.size + wanted.size > REFERENCES_MAX) {
      throw new RegistryClientError("INVALID", `The schema includes more than ${REFERENCES_MAX} schemas`);
    }
    level = await Promise.all([...wanted.values()].map(({ subject, version }) => read(subject, version)));
    for (const [index, key] of [...wanted.keys()].entries()) found.set(key, level[index]!);
  }
  return found;
}

function keyOf({ subject, version }: SchemaReference): string {
  return `${subject}\n${version}`;
}

/** Registers what a schema includes, innermost first and once; `register` gives the version each one has got. */
export async function registerReferences(
  references: readonly ResolvedReference[],
  register: (subject: string, schema: SchemaDefinition) => Promise<number>,
): Promise<SchemaReference[]> {
  const done = new Map<string, Map<ResolvedSchema, number>>();
  const registerAll = async (
    given: readonly ResolvedReference[],
    depthLeft: number,
  ): Promise<SchemaReference[]> => {
    checkDepth(depthLeft);
    const registered: SchemaReference[] = [];
    for (const { name, subject, schema } of given) {
      const versions = done.get(subject) ?? new Map<ResolvedSchema, number>();
      done.set(subject, versions);
      let version = versions.get(schema);
      if (version === undefined) {
        const included = await registerAll(schema.references, depthLeft - 1);
        version = await register(subject, { ...schema, references: included });
        versions.set(schema, version);
      }
      registered.push({ name, subject, version });
    }
    return registered;
  };
  return registerAll(references, DEPTH_MAX);
}

function checkDepth(depthLeft: number): void {
  if (depthLeft > 0) return;
  throw new RegistryClientError("INVALID", `References are nested deeper than ${DEPTH_MAX} schemas`);
}
