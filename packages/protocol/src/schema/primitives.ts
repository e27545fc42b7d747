import { type Reader, WireError, type Writer } from "@letterpress/wire";
import type { Codec } from "./codec.ts";
import { Field, type FieldType } from "./field.ts";

/** The UUID that stands for "none" in Kafka's protocol. */
export const NIL_UUID = "00000000-0000-0000-0000-000000000000";

function fixed<T>(kind: string, defaultValue: T, bytes: number, codec: Omit<Codec<T>, "bytesMin">) {
  const compiled: Codec<T> = { ...codec, bytesMin: bytes };
  const type: FieldType<T> = { kind, defaultValue, compile: () => compiled };
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
export const uuid = fixed("uuid", NIL_UUID, 16, { read: (r) => r.uuid(), write: (w, v) => w.uuid(v) });

/** Reads a length prefix; -1 stands for null. Compact lengths are the value plus one. */
function readCompactLength(reader: Reader): number {
  return reader.uvarint() - 1;
}

/** How a variable-length value states its length, in both encodings. */
interface LengthPrefix {
  readonly bytes: number;
  readonly lengthMax: number;
  read(reader: Reader): number;
  write(writer: Writer, length: number): void;
}

const COMPACT: LengthPrefix = {
  bytes: 1,
  lengthMax: 0x7ffffffe,
  read: readCompactLength,
  write: (writer, length) => writer.uvarint(length + 1),
};
const INT16: LengthPrefix = {
  bytes: 2,
  lengthMax: 0x7fff,
  read: (reader) => reader.int16(),
  write: (writer, length) => writer.int16(length),
};
const INT32: LengthPrefix = {
  bytes: 4,
  lengthMax: 0x7fffffff,
  read: (reader) => reader.int32(),
  write: (writer, length) => writer.int32(length),
};

/** A value behind a length prefix, with null as length -1 where it is legal. */
function prefixed<Out, In>(
  kind: string,
  prefix: LengthPrefix,
  nullable: boolean,
  body: {
    read(reader: Reader, length: number): Out;
    length(value: In): number;
    write(writer: Writer, value: In): void;
  },
): Codec<Out, In> {
  return {
    bytesMin: prefix.bytes,
    read(reader) {
      const length = prefix.read(reader);
      if (length >= 0) return body.read(reader, length);
      if (length === -1 && nullable) return null as Out;
      throw new WireError("MALFORMED", `${kind} of length ${length} at byte ${reader.position}`);
    },
    write(writer, value) {
      if (value === null) {
        if (!nullable) throw new WireError("MALFORMED", `null for a ${kind} that cannot be null`);
        prefix.write(writer, -1);
        return;
      }
      const length = body.length(value);
      if (length > prefix.lengthMax) {
        throw new WireError("TOO_LARGE", `${kind} of ${length} bytes, ${prefix.lengthMax} are possible`);
      }
      prefix.write(writer, length);
      body.write(writer, value);
    },
  };
}

const STRING: FieldType<string> = {
  kind: "string",
  defaultValue: "",
  compile: (_version, flexible, nullable) =>
    prefixed<string, string>("string", flexible ? COMPACT : INT16, nullable, {
      read: (reader, length) => reader.utf8(length),
      length: (value) => Buffer.byteLength(value),
      write: (writer, value) => writer.utf8(value),
    }),
};

export const string = (): Field<string, string, false> => new Field<string, string, false>(STRING);
/** A string that may be null in every version. Chain `.nullable(version)` on {@link string} otherwise. */
export const nullableString = (): Field<string | null, string | null, false> => string().nullable();

const BYTES: FieldType<Buffer, Uint8Array> = {
  kind: "bytes",
  defaultValue: Buffer.alloc(0),
  compile: (_version, flexible, nullable) =>
    prefixed<Buffer, Uint8Array>("bytes", flexible ? COMPACT : INT32, nullable, {
      read: (reader, length) => reader.slice(length),
      length: (value) => value.length,
      write: (writer, value) => writer.bytes(value),
    }),
};

/** A byte string; reading gives a view of the frame. */
export const bytes = (): Field<Buffer, Uint8Array, false> => new Field<Buffer, Uint8Array, false>(BYTES);
export const nullableBytes = (): Field<Buffer | null, Uint8Array | null, false> => bytes().nullable();

/** Record batches as they lie on disk: one byte string, or several that follow each other. */
export type RecordsInit = Uint8Array | readonly Uint8Array[];

const RECORDS: FieldType<Buffer, RecordsInit> = {
  kind: "records",
  defaultValue: Buffer.alloc(0),
  compile: (_version, flexible, nullable) =>
    prefixed<Buffer, RecordsInit>("records", flexible ? COMPACT : INT32, nullable, {
      read: (reader, length) => reader.slice(length),
      length: recordsLength,
      write(writer, value) {
        if (value instanceof Uint8Array) writer.bytes(value);
        else for (const chunk of value) writer.bytes(chunk);
      },
    }),
};

function recordsLength(value: RecordsInit): number {
  if (value instanceof Uint8Array) return value.length;
  let length = 0;
  for (const chunk of value) length += chunk.length;
  return length;
}

/** Record batches, by reference in both directions; null in every version. */
export const records = (): Field<Buffer | null, RecordsInit | null, false> =>
  new Field<Buffer, RecordsInit, false>(RECORDS).nullable();

/** A list. Its count is bounded by the bytes the frame still holds before anything is allocated. */
export function array<Out, In, O extends boolean>(
  element: Field<Out, In, O>,
): Field<Out[], readonly In[], false> {
  const type: FieldType<Out[], readonly In[]> = {
    kind: "array",
    defaultValue: [],
    element: element as unknown as Field,
    compile(version, flexible, nullable) {
      const codec = element.compile(version, flexible);
      return prefixed<Out[], readonly In[]>("array", flexible ? COMPACT : INT32, nullable, {
        read(reader, count) {
          reader.checkCount(count, codec.bytesMin);
          const values: Out[] = [];
          for (let index = 0; index < count; index++) values.push(codec.read(reader));
          return values;
        },
        length: (values) => values.length,
        write(writer, values) {
          for (const value of values) codec.write(writer, value);
        },
      });
    },
  };
  return new Field<Out[], readonly In[], false>(type);
}

/** A list that may be null in every version. Chain `.nullable(version)` on {@link array} otherwise. */
export const nullableArray = <Out, In, O extends boolean>(
  element: Field<Out, In, O>,
): Field<Out[] | null, readonly In[] | null, false> => array(element).nullable();
