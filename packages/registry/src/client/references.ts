import type {
  ResolvedReference,
  ResolvedSchema,
  SchemaDefinition,
  SchemaReference,
} from "@letterpress/schema";
import { qualifyReference } from "../subject-name.ts";
import { RegistryClientError } from "./registry-client-error.ts";

const DEPTH_MAX = 32;
const REFERENCES_MAX = 1_000;

/** A definition, and a subject of the context in which its references without one are. */
interface Placed {
  readonly definition: SchemaDefinition;
  readonly home: string;
}

/**
 * A definition with the texts of everything it refers to; `read` gives one version of a subject. What is reached in
 * several ways is read once, and is one object.
 */
export async function putReferencesIn(
  definition: SchemaDefinition,
  home: string,
  read: (subject: string, version: number) => Promise<SchemaDefinition>,
): Promise<ResolvedSchema> {
  const known = await readAll({ definition, home }, read);
  const resolved = new Map<string, ResolvedSchema>();
  const resolve = (placed: Placed, depthLeft: number): ResolvedSchema => {
    checkDepth(depthLeft);
    const { format, text, references } = placed.definition;
    const included = references.map((reference): ResolvedReference => {
      const { key } = placeOf(reference, placed.home);
      const schema = resolved.get(key) ?? resolve(known.get(key)!, depthLeft - 1);
      resolved.set(key, schema);
      return { ...reference, schema };
    });
    return { format, text, references: included };
  };
  return resolve({ definition, home }, DEPTH_MAX);
}

/** Everything a definition refers to, directly or not: what is equally deep is read at the same time. */
async function readAll(
  root: Placed,
  read: (subject: string, version: number) => Promise<SchemaDefinition>,
): Promise<ReadonlyMap<string, Placed>> {
  const found = new Map<string, Placed>();
  let level = [root];
  while (level.length > 0) {
    const wanted = new Map<string, { readonly subject: string; readonly version: number }>();
    for (const { definition, home } of level) {
      for (const reference of definition.references) {
        const { key, subject } = placeOf(reference, home);
        if (!found.has(key)) wanted.set(key, { subject, version: reference.version });
      }
    }
    if (found.size + wanted.size > REFERENCES_MAX) {
      throw new RegistryClientError("INVALID", `The schema includes more than ${REFERENCES_MAX} schemas`);
    }
    level = await Promise.all(
      [...wanted.values()].map(async ({ subject, version }) => {
        return { definition: await read(subject, version), home: subject };
      }),
    );
    for (const [index, key] of [...wanted.keys()].entries()) found.set(key, level[index]!);
  }
  return found;
}

function placeOf({ subject, version }: SchemaReference, home: string) {
  const qualified = qualifyReference(home, subject);
  return { key: `${qualified}\n${version}`, subject: qualified };
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
