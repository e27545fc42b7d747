import { FieldDescriptorProto_Type as Type } from "@bufbuild/protobuf/wkt";

/** The scalar types by the word .proto text has for them. */
export const scalarTypes: ReadonlyMap<string, Type> = new Map([
  ["double", Type.DOUBLE],
  ["float", Type.FLOAT],
  ["int64", Type.INT64],
  ["uint64", Type.UINT64],
  ["int32", Type.INT32],
  ["fixed64", Type.FIXED64],
  ["fixed32", Type.FIXED32],
  ["bool", Type.BOOL],
  ["string", Type.STRING],
  ["bytes", Type.BYTES],
  ["uint32", Type.UINT32],
  ["sfixed32", Type.SFIXED32],
  ["sfixed64", Type.SFIXED64],
  ["sint32", Type.SINT32],
  ["sint64", Type.SINT64],
]);

/** The word for each scalar type. */
export const scalarTypeNames: ReadonlyMap<Type, string> = new Map(
  [...scalarTypes].map(([name, type]) => [type, name]),
);
