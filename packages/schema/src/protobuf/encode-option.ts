import type { DescEnum, DescExtension, DescField, DescMessage } from "@bufbuild/protobuf";
import { ScalarType } from "@bufbuild/protobuf";
import { type BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { FieldDescriptorProto_Type as Type } from "@bufbuild/protobuf/wkt";
import { checkFloat, checkInteger } from "./default-value.ts";
import type { AggregateField, OptionValue } from "./option-value.ts";
import { invalidSchema } from "./token.ts";

/** Finds what a bracketed name inside an aggregate stands for. */
export interface OptionTypes {
  extension(name: string, scope: string): DescExtension | undefined;
  message(fullName: string): DescMessage | undefined;
}

/** What an option's value is encoded with. */
export interface OptionEncoding {
  readonly writer: BinaryWriter;
  readonly types: OptionTypes;
  readonly scope: string;
}

/** Writes one field of an options message, tag and all, in the wire format. */
export function encodeOption(
  encoding: OptionEncoding,
  field: DescField | DescExtension,
  value: OptionValue,
): void {
  const { writer } = encoding;
  if (value.kind === "list") {
    if (field.fieldKind !== "list" && field.fieldKind !== "map") {
      throw invalidSchema(`${field.name} is not repeated, so it takes no list`, value.location);
    }
    for (const one of value.values) encodeOption(encoding, field, one);
    return;
  }
  const message = messageOf(field);
  if (message !== undefined || field.fieldKind === "map") {
    if (value.kind !== "message") {
      throw invalidSchema(`${field.name} is a message; write its fields in braces`, value.location);
    }
    const entry = field.fieldKind === "map" ? mapEntryFields(field) : undefined;
    encodeNested(writer, field, () => {
      if (entry === undefined) encodeAggregate(encoding, message!, value.fields);
      else encodeMapEntry(encoding, entry, value.fields);
    });
    return;
  }
  const enumType = field.fieldKind === "enum" || field.fieldKind === "list" ? field.enum : undefined;
  if (enumType !== undefined) {
    writer.tag(field.number, WireType.Varint).int32(enumNumber(enumType, value));
    return;
  }
  encodeScalar(writer, field.number, field.scalar!, value);
}

/** Writes the tag of a message field and what `body` writes, framed as the field wants it. */
export function encodeNested(writer: BinaryWriter, field: DescField | DescExtension, body: () => void): void {
  if ("delimitedEncoding" in field && field.delimitedEncoding === true) {
    writer.tag(field.number, WireType.StartGroup);
    body();
    writer.tag(field.number, WireType.EndGroup);
  } else {
    writer.tag(field.number, WireType.LengthDelimited).fork();
    body();
    writer.join();
  }
}

/** The message type of a singular or repeated message field. */
export function messageOf(field: DescField | DescExtension): DescMessage | undefined {
  return field.fieldKind === "message" || (field.fieldKind === "list" && field.listKind === "message")
    ? field.message
    : undefined;
}

function encodeAggregate(
  encoding: OptionEncoding,
  message: DescMessage,
  fields: readonly AggregateField[],
): void {
  const seen = new Set<number>();
  for (const { name, bracketed, value, location } of fields) {
    if (bracketed && name.includes("/")) {
      encodeAny(encoding, message, name, value);
      continue;
    }
    const field = bracketed
      ? encoding.types.extension(name, encoding.scope)
      : message.fields.find((one) => one.name === name || isGroupNamed(one, name));
    if (field === undefined || ("extendee" in field && field.extendee.typeName !== message.typeName)) {
      throw invalidSchema(`${message.typeName} has no field ${name}; check its spelling`, location);
    }
    const repeats = field.fieldKind === "list" || field.fieldKind === "map";
    if (!repeats && seen.has(field.number)) throw invalidSchema(`${name} is given twice`, location);
    seen.add(field.number);
    encodeOption(encoding, field, value);
  }
}

/** In the text format a group goes by its type's name. */
function isGroupNamed(field: DescField, name: string): boolean {
  return field.proto.type === Type.GROUP && field.message?.name === name;
}

function encodeAny(encoding: OptionEncoding, message: DescMessage, url: string, value: OptionValue): void {
  const type = encoding.types.message(url.slice(url.lastIndexOf("/") + 1));
  if (message.typeName !== "google.protobuf.Any" || type === undefined || value.kind !== "message") {
    throw invalidSchema(
      `[${url}] is no message known here, or this is no google.protobuf.Any`,
      value.location,
    );
  }
  const { writer } = encoding;
  writer.tag(1, WireType.LengthDelimited).string(url);
  writer.tag(2, WireType.LengthDelimited).fork();
  encodeAggregate(encoding, type, value.fields);
  writer.join();
}

interface MapEntryField {
  readonly mapKey: ScalarType;
  readonly field: DescField & { fieldKind: "map" };
}

function mapEntryFields(field: DescField & { fieldKind: "map" }): MapEntryField {
  return { mapKey: field.mapKey, field };
}

function encodeMapEntry(
  encoding: OptionEncoding,
  entry: MapEntryField,
  fields: readonly AggregateField[],
): void {
  const { writer } = encoding;
  for (const { name, value, location } of fields) {
    if (name === "key") {
      encodeScalar(writer, 1, entry.mapKey, value);
    } else if (name !== "value") {
      throw invalidSchema(`an entry of a map has a key and a value, no ${name}`, location);
    } else if (entry.field.mapKind === "scalar") {
      encodeScalar(writer, 2, entry.field.scalar, value);
    } else if (entry.field.mapKind === "enum") {
      writer.tag(2, WireType.Varint).int32(enumNumber(entry.field.enum, value));
    } else if (value.kind === "message") {
      writer.tag(2, WireType.LengthDelimited).fork();
      encodeAggregate(encoding, entry.field.message, value.fields);
      writer.join();
    } else {
      throw invalidSchema("the value of this map is a message; write its fields in braces", value.location);
    }
  }
}

function enumNumber(type: DescEnum, value: OptionValue): number {
  if (value.kind === "integer") return Number(checkInteger(Type.INT32, value));
  const found = value.kind === "identifier" ? type.values.find((one) => one.name === value.text) : undefined;
  if (found !== undefined) return found.number;
  const names = type.values.slice(0, 8).map((one) => one.name);
  throw invalidSchema(`this option takes a value of ${type.typeName}: ${names.join(", ")}`, value.location);
}

function encodeScalar(writer: BinaryWriter, number: number, scalar: ScalarType, value: OptionValue): void {
  switch (scalar) {
    case ScalarType.STRING:
    case ScalarType.BYTES:
      if (value.kind !== "string")
        throw invalidSchema("this option takes a string in quotes", value.location);
      writer.tag(number, WireType.LengthDelimited).bytes(value.bytes);
      return;
    case ScalarType.BOOL:
      writer.tag(number, WireType.Varint).bool(boolean(value));
      return;
    case ScalarType.FLOAT:
      writer.tag(number, WireType.Bit32).float(Math.fround(checkFloat(value)));
      return;
    case ScalarType.DOUBLE:
      writer.tag(number, WireType.Bit64).double(checkFloat(value));
      return;
    default:
      encodeInteger(writer, number, scalar, value);
  }
}

function boolean(value: OptionValue): boolean {
  if (value.kind === "identifier" && (value.text === "true" || value.text === "false"))
    return value.text === "true";
  throw invalidSchema("this option takes true or false", value.location);
}

function encodeInteger(writer: BinaryWriter, number: number, scalar: ScalarType, value: OptionValue): void {
  // ScalarType and the descriptor's Type number their members alike.
  const integer = checkInteger(scalar as unknown as Type, value);
  switch (scalar) {
    case ScalarType.INT32:
      writer.tag(number, WireType.Varint).int32(Number(integer));
      return;
    case ScalarType.UINT32:
      writer.tag(number, WireType.Varint).uint32(Number(integer));
      return;
    case ScalarType.SINT32:
      writer.tag(number, WireType.Varint).sint32(Number(integer));
      return;
    case ScalarType.FIXED32:
      writer.tag(number, WireType.Bit32).fixed32(Number(integer));
      return;
    case ScalarType.SFIXED32:
      writer.tag(number, WireType.Bit32).sfixed32(Number(integer));
      return;
    case ScalarType.INT64:
      writer.tag(number, WireType.Varint).int64(integer);
      return;
    case ScalarType.UINT64:
      writer.tag(number, WireType.Varint).uint64(integer);
      return;
    case ScalarType.SINT64:
      writer.tag(number, WireType.Varint).sint64(integer);
      return;
    case ScalarType.FIXED64:
      writer.tag(number, WireType.Bit64).fixed64(integer);
      return;
    default:
      writer.tag(number, WireType.Bit64).sfixed64(integer);
  }
}
