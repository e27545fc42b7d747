import { type RegistryClient, RegistryClientError } from "@letterpress/registry/client";
import {
  type CheckLevel,
  checkLevel,
  parseSchema,
  type ResolvedSchema,
  type SchemaDefinition,
  type VersionedSchema,
} from "@letterpress/schema";
import type { SubjectSpec } from "./contract-spec.ts";
import type { Plan, PlannedChange, PlanProblem } from "./plan.ts";

/** What registering a schema takes: its level, what it includes, and itself. `planned` holds subjects seen before. */
export async function planSubject(
  registry: RegistryClient,
  spec: SubjectSpec,
  level: CheckLevel | undefined,
  planned: Set<string>,
): Promise<Plan> {
  const changes: PlannedChange[] = [];
  const problems: PlanProblem[] = [];
  if (planned.has(spec.subject)) return { changes, problems };
  planned.add(spec.subject);

  const isLevelSet = level !== undefined && (await registry.config(spec.subject)) !== level;
  if (isLevelSet) {
    const description = `set the compatibility of ${spec.subject} to ${level}`;
    changes.push({ kind: "set-compatibility", subject: spec.subject, level, description });
  }
  const references = await planReferences(registry, spec, planned, new Map());
  changes.push(...references.changes);
  const { definition } = references;
  const next = await nextVersion(registry, spec.subject);
  // While something it includes is not registered, the registry can neither know the schema nor judge it.
  if (definition !== undefined) {
    if (await isRegistered(registry, spec.subject, definition)) return { changes, problems };
    const reasons = isLevelSet
      ? await reasonsAt(level, registry, spec)
      : next === 1
        ? []
        : await reasonsOf(registry, spec.subject, definition);
    if (reasons.length > 0) {
      const message = `version ${next} would be incompatible: ${reasons.join("; ")}`;
      problems.push({ subject: spec.subject, message });
    }
  }
  const description = `register version ${next} of ${spec.subject}`;
  changes.push({ kind: "register-schema", subject: spec.subject, spec, description });
  return { changes, problems };
}

/** Why the registry would refuse a schema at the level that the subject has. */
async function reasonsOf(
  registry: RegistryClient,
  subject: string,
  definition: SchemaDefinition,
): Promise<readonly string[]> {
  const { isCompatible, messages } = await registry.checkCompatibility(subject, definition);
  if (isCompatible) return [];
  return messages.length > 0 ? messages : ["the registry gives no reason"];
}

/** Why it would refuse it at a level that is set first, which it cannot be asked yet. */
async function reasonsAt(
  level: CheckLevel,
  registry: RegistryClient,
  { subject, schema }: SubjectSpec,
): Promise<readonly string[]> {
  const earlier: VersionedSchema[] = [];
  for (const version of (await unlessMissing(registry.versions(subject))) ?? []) {
    const known = await registry.version(subject, version);
    earlier.push({ version, schema: parseSchema(await registry.resolve(known.schema, subject)) });
  }
  return checkLevel(level, parseSchema(schema), earlier).map(({ message }) => message);
}

interface ReferencePlan {
  readonly changes: readonly PlannedChange[];
  /** The schema with the versions of what it includes; undefined while one of those is not registered. */
  readonly definition: SchemaDefinition | undefined;
}

/** `known` holds the definitions of what was reached in another way before. */
async function planReferences(
  registry: RegistryClient,
  { schema }: SubjectSpec,
  planned: Set<string>,
  known: Map<ResolvedSchema, SchemaDefinition | undefined>,
): Promise<ReferencePlan> {
  if (known.has(schema)) return { changes: [], definition: known.get(schema) };
  const changes: PlannedChange[] = [];
  const references = [];
  let complete = true;
  for (const { name, subject, schema: included } of schema.references) {
    const inner = await planReferences(registry, { subject, schema: included }, planned, known);
    changes.push(...inner.changes);
    const version = inner.definition && (await registeredVersion(registry, subject, inner.definition));
    if (version !== undefined) {
      references.push({ name, subject, version });
      continue;
    }
    complete = false;
    if (planned.has(subject)) continue;
    planned.add(subject);
    const next = await nextVersion(registry, subject);
    const description = `register version ${next} of ${subject}, which other schemas include`;
    changes.push({ kind: "register-schema", subject, spec: { subject, schema: included }, description });
  }
  const definition = complete ? { format: schema.format, text: schema.text, references } : undefined;
  known.set(schema, definition);
  return { changes, definition };
}

async function isRegistered(
  registry: RegistryClient,
  subject: string,
  schema: SchemaDefinition,
): Promise<boolean> {
  return (await registeredVersion(registry, subject, schema)) !== undefined;
}

function registeredVersion(registry: RegistryClient, subject: string, schema: SchemaDefinition) {
  return unlessMissing(registry.lookup(subject, schema).then(({ version }) => version));
}

async function nextVersion(registry: RegistryClient, subject: string): Promise<number> {
  const versions = await unlessMissing(registry.versions(subject, { deleted: true }));
  return Math.max(0, ...(versions ?? [])) + 1;
}

async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof RegistryClientError && error.code === "NOT_FOUND") return undefined;
    throw error;
  }
}
