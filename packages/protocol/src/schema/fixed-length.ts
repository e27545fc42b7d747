import type { Codec } from "./codec.ts";
import { Field, type FieldType } from "./field.ts";

/** The UUID that stands for "none" in Kafka's protocol. */
export const NIL_UUID = "00000000-0000-0000-0000-000000000000";

function fixed<T>(kind: string, defaultValue: T, bytes: number, codec: Omit<Codec<T>, "bytesMin">) {
  const compiled: Codec<T> = { ...codec, bytesMin: bytes };
  const type: FieldType<T> = {
    kind,
    defaultValue: () => defaultValue,
    isDefault: (value) => value === defaultValue,
    compile: () => compiled,
  };
  return (): Field<T, T, false> => new Field<T, T, false>(type);
}

export const bool = fixed("bool", false, 1, { read: (r) => r.bool(), write: (w, v) => w.bool(v) });
export const int8 = fixed("int8", 0, 1, { read: (r) => r.int8(), write: (w, v) => w.int8(v) });
export const int16 = fixed("int16", 0, 2, { read: (r) => r.int16(), write: (w, v) => w.int16(v) });
export const uint16 = fixed("uint16", 0, 2, { read: (r) => r.uint16(), write: (w, v) => w.uint16(v) });
export const int32 = fixed("int32", 0, 4, { read: (r) => r.int32(), write: (w, v) => w.int32(v) });
export const uint32 = fixed("uint32", 0, 4, { read: (r) => r.uint32(), write: (w, v) => w.uint32(v) });
export const int64 = fixed("int64", 0n, 8, { read: (r) => r.int64(), write: (w, v) => w.int64(v) });
export const float64 = fixed("float64", 0, 8, { read: (r) => r.float64(), write: (w, v) => w.float64(v) });
/** A UUID in its 36-character text form. */
export const uuid = fixed("uuid", NIL_UUID, 16, { read: (r) => r.uuid(), write: (w, v) => w.uuid(v) });
