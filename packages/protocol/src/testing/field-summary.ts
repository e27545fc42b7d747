import { LETTERPRESS_TAG_MIN } from "../letterpress-tags.ts";
import type { Field } from "../schema/field.ts";
import { NIL_UUID } from "../schema/index.ts";
import {
  intersect,
  type KafkaDefinition,
  type KafkaField,
  parseRange,
  type Range,
} from "./kafka-definition.ts";

/** Everything about a field that decides what travels, in the same form for our schema and for Kafka's. */
export interface FieldSummary {
  readonly name: string;
  readonly type: string;
  readonly versions: Range;
  /** The first version in which null is legal, if any. */
  readonly nullableSince: number | undefined;
  readonly default: string;
  readonly tag: number | undefined;
  readonly ignorable: boolean;
  readonly fields: readonly FieldSummary[] | undefined;
}

/** Summarises one of our structs for the versions of `window`, without the fields that Letterpress adds. */
export function summariseOurs(shape: Readonly<Record<string, Field>>, window: Range): FieldSummary[] {
  return Object.entries(shape).flatMap(([name, field]) => {
    const { since, until, nullableSince, tag, ignorable } = field.options;
    if (tag !== undefined && tag >= LETTERPRESS_TAG_MIN) return [];
    const versions = intersect([since, until], window);
    if (versions === undefined) return [];
    const element = field.type.element?.type ?? field.type;
    return {
      name,
      type: field.type.element === undefined ? element.kind : `[]${element.kind}`,
      versions,
      nullableSince: nullableSince <= versions[1] ? Math.max(nullableSince, versions[0]) : undefined,
      default: describeDefault(field.defaultValue(), field.type.kind),
      tag,
      ignorable,
      fields: element.fields === undefined ? undefined : summariseOurs(element.fields, versions),
    };
  });
}

function describeDefault(value: unknown, kind: string): string {
  if (value === null) return "null";
  return kind === "struct" || kind === "array" || Buffer.isBuffer(value) ? "empty" : String(value);
}

/** Summarises a message of Kafka's for the versions of `window`. */
export function summariseKafkas(definition: KafkaDefinition, window: Range): FieldSummary[] {
  const common = new Map(definition.commonStructs?.map(({ name, fields }) => [name, fields]));
  const summarise = (fields: readonly KafkaField[], within: Range): FieldSummary[] =>
    fields.flatMap((field) => {
      const versions = intersect(
        parseRange(field.versions ?? field.taggedVersions ?? "0+") ?? [0, -1],
        within,
      );
      if (versions === undefined) return [];
      const elementType = field.type.replace("[]", "");
      const isStruct = /^[A-Z]/.test(elementType);
      const nullable = parseRange(field.nullableVersions ?? "none");
      const nullableVersions = nullable && intersect(nullable, versions);
      return {
        name: camelCase(field.name),
        type: isStruct ? field.type.replace(elementType, "struct") : field.type,
        versions,
        nullableSince: nullableVersions?.[0],
        default: normaliseDefault(field, isStruct),
        tag: field.tag,
        ignorable: String(field.ignorable ?? false) === "true",
        fields: isStruct ? summarise(field.fields ?? common.get(elementType) ?? [], versions) : undefined,
      };
    });
  return summarise(definition.fields, window);
}

function camelCase(name: string): string {
  return name[0]!.toLowerCase() + name.slice(1);
}

function normaliseDefault(field: KafkaField, isStruct: boolean): string {
  const stated = field.default === undefined ? "" : String(field.default);
  if (stated === "null") return "null";
  if (isStruct || field.type.startsWith("[]") || field.type === "bytes" || field.type === "records")
    return "empty";
  if (field.type === "string") return stated;
  if (field.type === "uuid") return stated || NIL_UUID;
  if (field.type === "bool") return (stated || "false").toLowerCase();
  return String(Number(stated));
}
