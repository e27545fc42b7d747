export { array, nullableArray } from "./array.ts";
export type { Codec } from "./codec.ts";
export type { Field, Infer, Init } from "./field.ts";
export { bool, float64, int8, int16, int32, int64, NIL_UUID, uint16, uint32, uuid } from "./fixed-length.ts";
export { type Shape, type StructIn, type StructOut, struct } from "./struct.ts";
export {
  bytes,
  nullableBytes,
  nullableString,
  type RecordsInit,
  records,
  string,
} from "./variable-length.ts";
