import { WireError } from "@letterpress/wire";
import type { Codec } from "./codec.ts";
import { Field, type FieldType } from "./field.ts";

/** The UUID that stands for "none" in Kafka's protocol. */
export const NIL_UUID = "00000000-0000-0000-0000-000000000000";

type ReadAndWrite<T> = Omit<Codec<T>, "bytesMin">;

function fixed<T>(kind: string, defaultValue: T, bytes: number, codec: ReadAndWrite<T>) {
  const compiled: Codec<T> = { ...codec, bytesMin: bytes };
  const type: FieldType<T> = {
    kind,
    defaultValue: () => defaultValue,
    isDefault: (value) => value === defaultValue,
    compile: () => compiled,
  };
  return (): Field<T, T, false> => new Field<T, T, false>(type);
}

/** An integer from `min` to `max`. Others are refused on writing, where they would turn into another number. */
function integer(
  kind: string,
  bytes: number,
  [min, max]: readonly [number, number],
  { read, write }: ReadAndWrite<number>,
) {
  return fixed(kind, 0, bytes, {
    read,
    write(writer, value) {
      if (!(value >= min && value <= max && Number.isInteger(value))) throw misfit(value, kind);
      write(writer, value);
    },
  });
}

function misfit(value: unknown, kind: string): WireError {
  return new WireError("MALFORMED", `${String(value)} does not fit an ${kind}`);
}

const INT8 = [-0x80, 0x7f] as const;
const INT16 = [-0x8000, 0x7fff] as const;
const UINT16 = [0, 0xffff] as const;
const INT32 = [-0x80000000, 0x7fffffff] as const;
const UINT32 = [0, 0xffffffff] as const;

export const bool = fixed("bool", false, 1, { read: (r) => r.bool(), write: (w, v) => w.bool(v) });
export const int8 = integer("int8", 1, INT8, { read: (r) => r.int8(), write: (w, v) => w.int8(v) });
export const int16 = integer("int16", 2, INT16, { read: (r) => r.int16(), write: (w, v) => w.int16(v) });
export const uint16 = integer("uint16", 2, UINT16, { read: (r) => r.uint16(), write: (w, v) => w.uint16(v) });
export const int32 = integer("int32", 4, INT32, { read: (r) => r.int32(), write: (w, v) => w.int32(v) });
export const uint32 = integer("uint32", 4, UINT32, { read: (r) => r.uint32(), write: (w, v) => w.uint32(v) });
export const int64 = fixed("int64", 0n, 8, {
  read: (reader) => reader.int64(),
  write(writer, value) {
    if (BigInt.asIntN(64, value) !== value) throw misfit(value, "int64");
    writer.int64(value);
  },
});
export const float64 = fixed("float64", 0, 8, { read: (r) => r.float64(), write: (w, v) => w.float64(v) });
/** A UUID in its 36-character text form. */
export const uuid = fixed("uuid", NIL_UUID, 16, { read: (r) => r.uuid(), write: (w, v) => w.uuid(v) });
