import type { SourceLocation } from "../schema-error.ts";
import type { JsonNode } from "./json-reader.ts";

/** A node of a parsed Avro schema. Named types are shared objects, so recursive schemas are cyclic graphs. */
export type AvroSchema = AvroPrimitive | AvroArray | AvroMap | AvroUnion | AvroNamed;
export type AvroNamed = AvroRecord | AvroEnum | AvroFixed;

export type AvroPrimitiveName = "null" | "boolean" | "int" | "long" | "float" | "double" | "bytes" | "string";

interface AvroNode {
  /** Where the type is written. A type that is used by its name keeps the place of its definition. */
  readonly location: SourceLocation;
  /** Attributes that Avro gives no meaning to, and those of logical types, in the order of the text. */
  readonly properties: AvroProperties;
}

export type AvroProperties = ReadonlyMap<string, JsonNode>;

export interface AvroPrimitive extends AvroNode {
  readonly kind: AvroPrimitiveName;
  /** Undefined also where the attributes of the logical type do not fit: Avro then goes by the plain type. */
  readonly logical: AvroLogicalType | undefined;
}

export interface AvroArray extends AvroNode {
  readonly kind: "array";
  readonly items: AvroSchema;
}

export interface AvroMap extends AvroNode {
  readonly kind: "map";
  readonly values: AvroSchema;
}

export interface AvroUnion extends AvroNode {
  readonly kind: "union";
  readonly branches: readonly AvroSchema[];
}

interface AvroNamedNode extends AvroNode {
  readonly name: AvroName;
  /** Other full names under which older data may know the type. */
  readonly aliases: readonly AvroName[];
  readonly doc: string | undefined;
}

export interface AvroRecord extends AvroNamedNode {
  readonly kind: "record";
  /** Whether it is written as `"type": "error"`. */
  readonly isError: boolean;
  readonly fields: readonly AvroField[];
}

export interface AvroField {
  readonly name: string;
  readonly location: SourceLocation;
  readonly doc: string | undefined;
  readonly type: AvroSchema;
  /** The default as written; it has been checked against the type. Undefined where there is none. */
  readonly default: JsonNode | undefined;
  readonly aliases: readonly string[];
  readonly order: "ascending" | "descending" | "ignore";
  readonly properties: AvroProperties;
}

export interface AvroEnum extends AvroNamedNode {
  readonly kind: "enum";
  readonly symbols: readonly string[];
  /** The symbol that readers take for symbols they do not know. */
  readonly default: string | undefined;
}

export interface AvroFixed extends AvroNamedNode {
  readonly kind: "fixed";
  readonly sizeBytes: number;
  readonly logical: AvroLogicalType | undefined;
}

export interface AvroName {
  /** The last part of the full name. */
  readonly simple: string;
  /** Empty for the null namespace. */
  readonly namespace: string;
  readonly full: string;
}

export type AvroLogicalType =
  | { readonly name: "decimal"; readonly precision: number; readonly scale: number }
  | {
      readonly name:
        | "uuid"
        | "date"
        | "time-millis"
        | "time-micros"
        | "timestamp-millis"
        | "timestamp-micros"
        | "local-timestamp-millis"
        | "local-timestamp-micros"
        | "duration";
    };

export function isNamed(schema: AvroSchema): schema is AvroNamed {
  return schema.kind === "record" || schema.kind === "enum" || schema.kind === "fixed";
}
