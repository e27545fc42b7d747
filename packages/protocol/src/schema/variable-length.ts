import { Field, type FieldType } from "./field.ts";
import { COMPACT, INT16, INT32, prefixed } from "./length-prefix.ts";

const EMPTY = Buffer.alloc(0);

const STRING: FieldType<string> = {
  kind: "string",
  defaultValue: () => "",
  isDefault: (value) => value === "",
  compile: (_version, flexible, nullable) =>
    prefixed<string, string>("string", flexible ? COMPACT : INT16, nullable, {
      read: (reader, length) => reader.utf8(length),
      length: (value) => Buffer.byteLength(value),
      write: (writer, value) => writer.utf8(value),
    }),
};

const BYTES: FieldType<Buffer, Uint8Array> = {
  kind: "bytes",
  defaultValue: () => EMPTY,
  isDefault: (value) => value.length === 0,
  compile: (_version, flexible, nullable) =>
    prefixed<Buffer, Uint8Array>("bytes", flexible ? COMPACT : INT32, nullable, {
      read: (reader, length) => reader.slice(length),
      length: (value) => value.length,
      write: (writer, value) => writer.bytes(value),
    }),
};

/** Record batches as they lie on disk: one byte string, or several that follow each other. */
export type RecordsInit = Uint8Array | readonly Uint8Array[];

const RECORDS: FieldType<Buffer, RecordsInit> = {
  kind: "records",
  defaultValue: () => EMPTY,
  isDefault: (value) => recordsLength(value) === 0,
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

/** UTF-8 text; up to 32,767 bytes in versions that are not flexible. */
export const string = (): Field<string, string, false> => new Field<string, string, false>(STRING);

/** A string that may be null in every version. Chain `.nullable(version)` on {@link string} otherwise. */
export const nullableString = (): Field<string | null, string | null, false> => string().nullable();

/** A byte string; reading gives a view of the frame. */
export const bytes = (): Field<Buffer, Uint8Array, false> => new Field<Buffer, Uint8Array, false>(BYTES);

/** A byte string that may be null in every version. */
export const nullableBytes = (): Field<Buffer | null, Uint8Array | null, false> => bytes().nullable();

/** Record batches, by reference in both directions; null in every version. */
export const records = (): Field<Buffer | null, RecordsInit | null, false> =>
  new Field<Buffer, RecordsInit, false>(RECORDS).nullable();
