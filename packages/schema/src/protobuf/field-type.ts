import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { FieldDescriptorProto_Label as Label } from "@bufbuild/protobuf/wkt";

/** The type of a field, a map's key or a map's value, as compatibility sees it. */
export type FieldType =
  | { readonly kind: "scalar"; readonly group: ScalarGroup }
  | { readonly kind: "message"; readonly message: DescMessage }
  | { readonly kind: "map"; readonly key: FieldType; readonly value: FieldType };

/** Scalars of one group can be read as each other. */
export type ScalarGroup =
  | "GENERAL_NUMBER"
  | "SIGNED_NUMBER"
  | "STRING_OR_BYTES"
  | "FIXED32"
  | "FIXED64"
  | "FLOAT"
  | "DOUBLE";

const groups: Readonly<Record<ScalarType, ScalarGroup>> = {
  [ScalarType.INT32]: "GENERAL_NUMBER",
  [ScalarType.INT64]: "GENERAL_NUMBER",
  [ScalarType.UINT32]: "GENERAL_NUMBER",
  [ScalarType.UINT64]: "GENERAL_NUMBER",
  [ScalarType.BOOL]: "GENERAL_NUMBER",
  [ScalarType.SINT32]: "SIGNED_NUMBER",
  [ScalarType.SINT64]: "SIGNED_NUMBER",
  [ScalarType.STRING]: "STRING_OR_BYTES",
  [ScalarType.BYTES]: "STRING_OR_BYTES",
  [ScalarType.FIXED32]: "FIXED32",
  [ScalarType.SFIXED32]: "FIXED32",
  [ScalarType.FIXED64]: "FIXED64",
  [ScalarType.SFIXED64]: "FIXED64",
  [ScalarType.FLOAT]: "FLOAT",
  [ScalarType.DOUBLE]: "DOUBLE",
};

export function fieldType(field: DescField): FieldType {
  if (field.fieldKind !== "map") return plainType(field.message, field.scalar);
  const value =
    field.mapKind === "message" ? plainType(field.message, undefined) : plainType(undefined, field.scalar);
  return { kind: "map", key: plainType(undefined, field.mapKey), value };
}

/** What is neither a message nor a scalar is an enum, and enums are numbers. */
function plainType(message: DescMessage | undefined, scalar: ScalarType | undefined): FieldType {
  if (message !== undefined) return { kind: "message", message };
  return { kind: "scalar", group: scalar === undefined ? "GENERAL_NUMBER" : groups[scalar] };
}

/** A field's label as it is written; undefined where none is. */
export function writtenLabel(field: DescField): "optional" | "required" | "repeated" | undefined {
  const { proto } = field;
  if (field.fieldKind === "map") return undefined;
  if (proto.label === Label.REPEATED) return "repeated";
  if (proto.label === Label.REQUIRED) return "required";
  if (proto.proto3Optional) return "optional";
  return field.parent.file.proto.syntax === "" && field.oneof === undefined ? "optional" : undefined;
}
