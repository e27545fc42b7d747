import { SchemaError } from "./schema-error.ts";

/*
 * How a record names the schema of its key or value:
 *
 *   in front of the payload   00 | id int32 | Protobuf: message indexes | payload
 *   in a record header        00 | id int32 | Protobuf: message indexes        and the payload stands alone
 *                             01 | GUID 16  | Protobuf: message indexes
 *
 *   message indexes           count zigzag varint | index zigzag varint ...; [0] is the single byte 00
 */
const MAGIC_ID = 0x00;
const MAGIC_GUID = 0x01;
const ID_BYTES = 4;
const GUID_BYTES = 16;
/** No file nests messages deeper than this. */
const MESSAGE_INDEXES_MAX = 64;
const INDEX_VARINT_BYTES_MAX = 5;

const FIRST_MESSAGE: readonly number[] = Object.freeze([0]);

/** How many bytes the framing in front of an Avro payload takes. */
export const ID_FRAMING_BYTES = 1 + ID_BYTES;

/** The record header that names a key's or a value's schema. Of several the last one counts. */
export const SCHEMA_ID_HEADERS = { key: "__key_schema_id", value: "__value_schema_id" } as const;

/** A schema as a record names it. */
export type SchemaName =
  | { readonly kind: "id"; readonly id: number }
  /** In its 36-character text form. */
  | { readonly kind: "guid"; readonly guid: string };

export interface Framing {
  readonly name: SchemaName;
  /** Where what follows the name begins: the message indexes, or else the payload. */
  readonly position: number;
}

/**
 * Reads the framing in front of a payload in `buffer[start, end)`.
 *
 * @throws SchemaError `INVALID_FRAMING`.
 */
export function readFraming(buffer: Buffer, start = 0, end = buffer.length): Framing {
  return { name: { kind: "id", id: readSchemaId(buffer, start, end) }, position: start + ID_FRAMING_BYTES };
}

/** As {@link readFraming}, for those who only take ids: nothing is allocated. */
export function readSchemaId(buffer: Buffer, start = 0, end = buffer.length): number {
  if (end - start < ID_FRAMING_BYTES) {
    throw invalid(
      `${end - start} bytes are too few for a schema id; the framing alone takes ${ID_FRAMING_BYTES}`,
    );
  }
  if (buffer[start] !== MAGIC_ID) {
    throw invalid(
      `the first byte is ${hex(buffer[start]!)}, not 00: the record was not written with a schema id`,
    );
  }
  return buffer.readInt32BE(start + 1);
}

/**
 * Reads the value of a {@link SCHEMA_ID_HEADERS} header.
 *
 * @throws SchemaError `INVALID_FRAMING`.
 */
export function readHeaderFraming(value: Buffer): Framing {
  if (value[0] !== MAGIC_GUID) return readFraming(value);
  if (value.length < 1 + GUID_BYTES) {
    throw invalid(`the header holds ${value.length} bytes, a GUID takes ${1 + GUID_BYTES}`);
  }
  return { name: { kind: "guid", guid: readGuid(value, 1) }, position: 1 + GUID_BYTES };
}

/** A message-index path, and where the bytes behind it begin. */
export interface MessageIndexPath {
  readonly indexes: readonly number[];
  readonly position: number;
}

/**
 * Reads the path that leads to a Protobuf payload's message.
 *
 * @throws SchemaError `INVALID_FRAMING`.
 */
export function readMessageIndexes(buffer: Buffer, start: number, end = buffer.length): MessageIndexPath {
  if (start < end && buffer[start] === 0) return { indexes: FIRST_MESSAGE, position: start + 1 };
  const cursor = { position: start };
  const count = readIndex(buffer, cursor, end);
  if (count > MESSAGE_INDEXES_MAX) {
    throw invalid(`a path of ${count} message indexes; the limit is ${MESSAGE_INDEXES_MAX}`);
  }
  if (count === 0) return { indexes: FIRST_MESSAGE, position: cursor.position };
  const indexes = Array.from({ length: count }, () => readIndex(buffer, cursor, end));
  return { indexes, position: cursor.position };
}

/** Writes `00` and the id, {@link ID_FRAMING_BYTES} in all, at the start of `buffer`. */
export function writeSchemaId(buffer: Buffer, id: number): void {
  buffer[0] = MAGIC_ID;
  buffer.writeInt32BE(id, 1);
}

/** The value of a header that names a schema, without message indexes. */
export function headerFraming(name: SchemaName): Buffer {
  if (name.kind === "guid") {
    const guid = Buffer.from(name.guid.replaceAll("-", ""), "hex");
    if (guid.length !== GUID_BYTES) throw invalid(`"${name.guid}" is not a GUID`);
    return Buffer.concat([Buffer.of(MAGIC_GUID), guid]);
  }
  const bytes = Buffer.alloc(ID_FRAMING_BYTES);
  writeSchemaId(bytes, name.id);
  return bytes;
}

function readGuid(buffer: Buffer, start: number): string {
  const text = buffer.toString("hex", start, start + GUID_BYTES);
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join(
    "-",
  );
}

function readIndex(buffer: Buffer, cursor: { position: number }, end: number): number {
  let zigzag = 0;
  for (let count = 0; count < INDEX_VARINT_BYTES_MAX; count++) {
    if (cursor.position >= end) throw invalid("the message indexes are cut off");
    const byte = buffer[cursor.position++]!;
    zigzag += (byte & 0x7f) * 2 ** (7 * count);
    if (byte >= 0x80) continue;
    if (zigzag % 2 === 1 || zigzag > 0xffff_ffff) break;
    return zigzag / 2;
  }
  throw invalid("a message index is negative or longer than 32 bits");
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}

function invalid(message: string): SchemaError {
  return new SchemaError("INVALID_FRAMING", message);
}
