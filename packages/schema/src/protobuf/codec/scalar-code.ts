import { type DescField, ScalarType } from "@bufbuild/protobuf";

/** How the generated code handles one kind of scalar. */
export interface ScalarCode {
  /** The methods of `ProtobufInput` and `ProtobufOutput` behind `read` and `write`. */
  readonly method: string;
  readonly wireType: 0 | 1 | 2 | 5;
  /** The source of what a field of implicit presence is when nothing was written. */
  readonly zero: string;
}

const CODES: Readonly<Record<ScalarType, ScalarCode>> = {
  [ScalarType.DOUBLE]: { method: "Double", wireType: 1, zero: "0" },
  [ScalarType.FLOAT]: { method: "Float", wireType: 5, zero: "0" },
  [ScalarType.INT64]: { method: "Int64", wireType: 0, zero: "0n" },
  [ScalarType.UINT64]: { method: "Uint64", wireType: 0, zero: "0n" },
  [ScalarType.INT32]: { method: "Int32", wireType: 0, zero: "0" },
  [ScalarType.FIXED64]: { method: "Fixed64", wireType: 1, zero: "0n" },
  [ScalarType.FIXED32]: { method: "Fixed32", wireType: 5, zero: "0" },
  [ScalarType.BOOL]: { method: "Bool", wireType: 0, zero: "false" },
  [ScalarType.STRING]: { method: "String", wireType: 2, zero: '""' },
  [ScalarType.BYTES]: { method: "Bytes", wireType: 2, zero: "new Uint8Array(0)" },
  [ScalarType.UINT32]: { method: "Uint32", wireType: 0, zero: "0" },
  [ScalarType.SFIXED32]: { method: "Sfixed32", wireType: 5, zero: "0" },
  [ScalarType.SFIXED64]: { method: "Sfixed64", wireType: 1, zero: "0n" },
  [ScalarType.SINT32]: { method: "Sint32", wireType: 0, zero: "0" },
  [ScalarType.SINT64]: { method: "Sint64", wireType: 0, zero: "0n" },
};

export function scalarCode(scalar: ScalarType): ScalarCode {
  return CODES[scalar];
}

/** The scalar of a field, of its items or of its map values, where those are no messages. Enums are int32. */
export function scalarOf(field: DescField): ScalarType {
  return field.enum === undefined ? (field.scalar ?? ScalarType.INT32) : ScalarType.INT32;
}

/** A field number and wire type as they stand in front of a value. */
export function tagOf(number: number, wireType: number): number {
  return number * 8 + wireType;
}
