import {
  type DescEnum,
  type DescExtension,
  type DescField,
  type DescMessage,
  getExtension,
  hasExtension,
  type Message,
  type Registry,
  ScalarType,
} from "@bufbuild/protobuf";
import { reflect } from "@bufbuild/protobuf/reflect";
import { type FieldDescriptorProto, FieldDescriptorProto_Type as Type } from "@bufbuild/protobuf/wkt";
import type { SourceLocation } from "../schema-error.ts";
import { optionsSchemas } from "./interpret-options.ts";
import type { AggregateField, OptionValue } from "./option-value.ts";
import type { OptionOwner, PendingOption } from "./parsed-file.ts";
import { unescapeLiteral } from "./string-literal.ts";

/** Descriptors have no text to point at. */
const location: SourceLocation = { line: 1, column: 1 };

/** The options of a descriptor as statements that would set them. */
export function describeOptions(owner: OptionOwner, registry: Registry): PendingOption[] {
  const schema = optionsSchemas[owner.$typeName];
  const options = owner.options as Message;
  return describeFields(schema, options, registry).flatMap(({ name, bracketed, value }) => {
    const values = value.kind === "list" ? value.values : [value];
    const path = [{ name, isExtension: bracketed }];
    return values.map((one) => ({ owner, scope: "", name: path, value: one, location }));
  });
}

function describeFields(schema: DescMessage, message: Message, registry: Registry): AggregateField[] {
  const view = reflect(schema, message as never);
  const known = schema.fields
    .filter((field) => view.isSet(field) && field.name !== "uninterpreted_option")
    .map((field) => {
      const value = describeValue(field, localValue(message, field), registry);
      return { name: field.name, bracketed: false, location, value };
    });
  const numbers = new Set(message.$unknown?.map((field) => field.no));
  const extensions = [...numbers].flatMap((number) => {
    const extension = registry.getExtensionFor(schema, number);
    if (extension === undefined || !hasExtension(message, extension)) return [];
    const value = describeValue(extension, getExtension(message, extension), registry);
    return [{ name: extension.typeName, bracketed: true, location, value }];
  });
  return [...known, ...extensions];
}

/** A field's value as protobuf-es keeps it; the fields of a oneof share a property. */
function localValue(message: Message, field: DescField): unknown {
  const properties = message as Record<string, unknown>;
  if (field.oneof === undefined) return properties[field.localName];
  return (properties[field.oneof.localName] as { value: unknown }).value;
}

function describeValue(field: DescField | DescExtension, value: unknown, registry: Registry): OptionValue {
  switch (field.fieldKind) {
    case "list": {
      const values = (value as unknown[]).map((one) => describeSingle(field, one, registry));
      return { kind: "list", values, location };
    }
    case "map": {
      const entries = Object.entries(value as Record<string, unknown>);
      const values = entries.map(([key, one]) => {
        const keyValue = describeScalar(
          field.mapKey,
          field.mapKey === ScalarType.BOOL ? key === "true" : key,
        );
        return aggregate([
          entryField("key", keyValue),
          entryField("value", describeSingle(field, one, registry)),
        ]);
      });
      return { kind: "list", values, location };
    }
    default:
      return describeSingle(field, value, registry);
  }
}

function entryField(name: string, value: OptionValue): AggregateField {
  return { name, bracketed: false, location, value };
}

function aggregate(fields: AggregateField[]): OptionValue {
  return { kind: "message", fields, location };
}

function describeSingle(field: DescField | DescExtension, value: unknown, registry: Registry): OptionValue {
  if (field.message !== undefined) {
    return aggregate(describeFields(field.message, value as Message, registry));
  }
  if (field.enum !== undefined) return describeEnum(field.enum, value as number);
  return describeScalar(field.scalar!, value);
}

function describeEnum(type: DescEnum, number: number): OptionValue {
  const name = type.value[number]?.name;
  return name === undefined ? integer(String(number)) : { kind: "identifier", text: name, location };
}

function describeScalar(scalar: ScalarType, value: unknown): OptionValue {
  switch (scalar) {
    case ScalarType.STRING:
      return { kind: "string", bytes: Buffer.from(value as string, "utf8"), location };
    case ScalarType.BYTES:
      return { kind: "string", bytes: Buffer.from(value as Uint8Array), location };
    case ScalarType.BOOL:
      return { kind: "identifier", text: String(value), location };
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return float(value as number);
    default:
      return integer(String(value));
  }
}

function integer(text: string): OptionValue {
  return { kind: "integer", value: BigInt(text), negative: text.startsWith("-"), text, location };
}

function float(value: number): OptionValue {
  const words =
    value === Infinity ? "inf" : value === -Infinity ? "-inf" : Number.isNaN(value) ? "nan" : undefined;
  return { kind: "float", value, text: words ?? (Object.is(value, -0) ? "-0.0" : String(value)), location };
}

/** A field's default as it would be written, from its text in the descriptor. */
export function describeDefault(field: FieldDescriptorProto): OptionValue {
  const { defaultValue: text } = field;
  if (field.type === Type.STRING) return { kind: "string", bytes: Buffer.from(text, "utf8"), location };
  if (field.type === Type.BYTES) {
    const bytes = unescapeLiteral(text);
    return {
      kind: "string",
      bytes: typeof bytes === "number" ? Buffer.from(text, "latin1") : bytes,
      location,
    };
  }
  return { kind: "identifier", text, location };
}
