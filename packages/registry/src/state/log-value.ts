import type { SchemaReference } from "@letterpress/schema";
import type { SchemaContent, SchemaMetadata, SchemaRuleSet } from "../stored-schema.ts";
import { isVersion, parseJsonObject } from "./log-key.ts";

/** A version of a subject, as the `_schemas` topic holds it. */
export interface SchemaValue {
  readonly subject: string;
  readonly version: number;
  readonly id: number;
  readonly content: SchemaContent;
  readonly deleted: boolean;
}

/** The settings of a subject or, without a subject, of all. Members this registry does not know are kept. */
export interface ConfigValue {
  readonly compatibilityLevel?: string | undefined;
  readonly normalize?: boolean | undefined;
  /** Ours: with the level FULL_TRANSITIVE, the level STRICT. */
  readonly strict?: boolean | undefined;
  readonly [member: string]: unknown;
}

/** The bytes of a version's value: Confluent's members in Confluent's order; empty ones are left out. */
export function encodeSchemaValue({ subject, version, id, content, deleted }: SchemaValue): Buffer {
  const { schemaType, text, references, metadata, ruleSet } = content;
  return Buffer.from(
    JSON.stringify({
      subject,
      version,
      id,
      schemaType: schemaType === "AVRO" ? undefined : schemaType,
      references: references.length > 0 ? references : undefined,
      metadata,
      ruleSet,
      schema: text,
      deleted,
    }),
  );
}

/** The version in these bytes; undefined when something it needs is missing. */
export function decodeSchemaValue(bytes: Buffer): SchemaValue | undefined {
  const value = parseJsonObject(bytes);
  if (value === undefined) return undefined;
  const { subject, version, id, schema, schemaType, deleted } = value;
  if (typeof subject !== "string" || typeof schema !== "string" || !isVersion(version)) return undefined;
  if (!Number.isInteger(id) || (id as number) < 0) return undefined;
  return {
    subject,
    version,
    id: id as number,
    content: {
      schemaType: typeof schemaType === "string" ? schemaType : "AVRO",
      text: schema,
      references: Array.isArray(value.references) ? value.references.filter(isReference) : [],
      ...(isObject(value.metadata) ? { metadata: value.metadata as SchemaMetadata } : {}),
      ...(isObject(value.ruleSet) ? { ruleSet: value.ruleSet as SchemaRuleSet } : {}),
    },
    deleted: deleted === true,
  };
}

/** The settings of `subject`; null is every subject without its own. */
export function encodeConfigValue(subject: string | null, config: ConfigValue): Buffer {
  return Buffer.from(JSON.stringify(subject === null ? config : { subject, ...config }));
}

export function decodeConfigValue(bytes: Buffer): ConfigValue | undefined {
  const value = parseJsonObject(bytes);
  if (value === undefined) return undefined;
  const { subject: _, compatibilityLevel, normalize, strict, ...others } = value;
  return {
    ...others,
    ...(typeof compatibilityLevel === "string" ? { compatibilityLevel } : {}),
    ...(typeof normalize === "boolean" ? { normalize } : {}),
    ...(strict === true ? { strict } : {}),
  };
}

export function encodeModeValue(subject: string | null, mode: string): Buffer {
  return Buffer.from(JSON.stringify(subject === null ? { mode } : { subject, mode }));
}

export function decodeModeValue(bytes: Buffer): string | undefined {
  const mode = parseJsonObject(bytes)?.mode;
  return typeof mode === "string" ? mode : undefined;
}

/** Versions up to and including this one are soft-deleted. */
export function encodeDeleteSubjectValue(subject: string, version: number): Buffer {
  return Buffer.from(JSON.stringify({ subject, version }));
}

export function decodeDeleteSubjectValue(bytes: Buffer): number | undefined {
  const version = parseJsonObject(bytes)?.version;
  return isVersion(version) ? version : undefined;
}

export function encodeClearSubjectValue(subject: string | null): Buffer {
  return Buffer.from(JSON.stringify(subject === null ? {} : { subject }));
}

export function encodeContextValue(tenant: string, context: string): Buffer {
  return Buffer.from(JSON.stringify({ tenant, context }));
}

/**
 * The largest id of each context, as the value of a NOOP entry. Confluent's registry reads no NOOP's value, so only this
 * one knows of it; of several such entries compaction keeps the last, which names every context.
 */
export function encodeMaxIdsValue(maxIds: ReadonlyMap<string, number>): Buffer {
  return Buffer.from(JSON.stringify({ maxIds: Object.fromEntries(maxIds) }));
}

/** The largest ids in these bytes, by context; empty when there are none. */
export function decodeMaxIdsValue(bytes: Buffer): [context: string, maxId: number][] {
  const maxIds = parseJsonObject(bytes)?.maxIds;
  if (!isObject(maxIds)) return [];
  return Object.entries(maxIds).filter(([, maxId]) => isVersion(maxId));
}

function isReference(value: unknown): value is SchemaReference {
  if (!isObject(value)) return false;
  const { name, subject, version } = value as Partial<SchemaReference>;
  return typeof name === "string" && typeof subject === "string" && isVersion(version);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
