import type {
  ResolvedReference,
  ResolvedSchema,
  SchemaDefinition,
  SchemaReference,
} from "@letterpress/schema";
import { RegistryClientError } from "./registry-client-error.ts";

const DEPTH_MAX = 32;

/** A definition with the texts of everything it refers to; `read` gives one version of a subject. */
export async function putReferencesIn(
  definition: SchemaDefinition,
  read: (subject: string, version: number) => Promise<SchemaDefinition>,
  depthLeft = DEPTH_MAX,
): Promise<ResolvedSchema> {
  checkDepth(depthLeft);
  const references = await Promise.all(
    definition.references.map(async (reference): Promise<ResolvedReference> => {
      const included = await read(reference.subject, reference.version);
      return { ...reference, schema: await putReferencesIn(included, read, depthLeft - 1) };
    }),
  );
  return { format: definition.format, text: definition.text, references };
}

/** Registers what a schema includes, innermost first; `register` gives the version each one has got. */
export async function registerReferences(
  references: readonly ResolvedReference[],
  register: (subject: string, schema: SchemaDefinition) => Promise<number>,
  depthLeft = DEPTH_MAX,
): Promise<SchemaReference[]> {
  checkDepth(depthLeft);
  const registered: SchemaReference[] = [];
  for (const { name, subject, schema } of references) {
    const included = await registerReferences(schema.references, register, depthLeft - 1);
    registered.push({ name, subject, version: await register(subject, { ...schema, references: included }) });
  }
  return registered;
}

function checkDepth(depthLeft: number): void {
  if (depthLeft > 0) return;
  throw new RegistryClientError("INVALID", `References are nested deeper than ${DEPTH_MAX} schemas`);
}
