import { type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { type AvroSchema, type JsonNode, type KeyFieldKind, leafShape } from "@letterpress/schema";

/** A field of the value that serves as key. */
export interface KeyField {
  /** Its name in TypeScript. */
  readonly field: string;
  readonly keyKind: KeyFieldKind;
  /** The value of a field that writers may leave out, as a TypeScript expression. */
  readonly fallback: string | undefined;
}

/** The key field of an Avro record, or what is wrong with it. */
export function avroKeyField(schema: AvroSchema, name: string): KeyField | string {
  if (schema.kind !== "record") return `the value is a ${schema.kind}, not a record with a field "${name}"`;
  const field = schema.fields.find((each) => each.name === name);
  if (field === undefined)
    return unknownField(
      name,
      schema.fields.map((each) => each.name),
    );
  const keyKind = avroKind(field.type);
  if (keyKind === undefined) return unsuitable(name, "string, enum, uuid, int, long, bytes or fixed");
  return { field: name, keyKind, fallback: defaultExpression(field.default, keyKind) };
}

function avroKind(type: AvroSchema): KeyFieldKind | undefined {
  switch (type.kind) {
    case "enum":
      return "text";
    case "string":
    case "int":
    case "long":
    case "bytes":
    case "fixed":
      break;
    default:
      return undefined;
  }
  switch (leafShape(type, false)) {
    case "string":
    case "uuid":
      return "text";
    case "int":
      return "number";
    case "long":
      return "bigint";
    case "bytes":
    case "fixed":
      return "bytes";
    default:
      return undefined;
  }
}

function defaultExpression(node: JsonNode | undefined, kind: KeyFieldKind): string | undefined {
  if (node === undefined) return undefined;
  if (node.kind === "number") return kind === "bigint" ? `${node.text}n` : node.text;
  if (node.kind !== "string") return undefined;
  return kind === "bytes"
    ? `Buffer.from(${JSON.stringify(node.value)}, "latin1")`
    : JSON.stringify(node.value);
}

const PROTOBUF_KINDS: Readonly<Partial<Record<ScalarType, KeyFieldKind>>> = {
  [ScalarType.STRING]: "text",
  [ScalarType.BYTES]: "bytes",
  [ScalarType.INT32]: "number",
  [ScalarType.SINT32]: "number",
  [ScalarType.UINT32]: "number",
  [ScalarType.FIXED32]: "number",
  [ScalarType.SFIXED32]: "number",
  [ScalarType.INT64]: "bigint",
  [ScalarType.SINT64]: "bigint",
  [ScalarType.UINT64]: "bigint",
  [ScalarType.FIXED64]: "bigint",
  [ScalarType.SFIXED64]: "bigint",
};

const ZERO: Readonly<Record<KeyFieldKind, string>> = {
  text: '""',
  number: "0",
  bigint: "0n",
  bytes: "new Uint8Array()",
};

/** The key field of a Protobuf message, by its name in the file or in TypeScript, or what is wrong with it. */
export function protobufKeyField(message: DescMessage, name: string): KeyField | string {
  const field = message.fields.find((each) => each.name === name || each.localName === name);
  if (field === undefined)
    return unknownField(
      name,
      message.fields.map((each) => each.name),
    );
  const keyKind =
    field.fieldKind === "scalar" && field.oneof === undefined ? PROTOBUF_KINDS[field.scalar] : undefined;
  if (keyKind === undefined) return unsuitable(name, "a string, bytes or integer field outside a oneof");
  return { field: field.localName, keyKind, fallback: ZERO[keyKind] };
}

function unknownField(name: string, names: readonly string[]): string {
  return `the value has no field "${name}" to be the key; it has ${names.join(", ")}`;
}

function unsuitable(name: string, wanted: string): string {
  return `the field "${name}" cannot be the key: a key field is of type ${wanted}`;
}
