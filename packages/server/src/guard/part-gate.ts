import type { StoredSchema } from "@letterpress/registry";
import type { RecordCursor } from "@letterpress/wire";
import type { PartFault } from "./part-fault.ts";
import { type PartRules, type SchemaSource, WriterSchema } from "./writer-schema.ts";

/*
 * Where a record names its schema, the last matching header first:
 *
 *   header __key_schema_id / __value_schema_id    01 and a 16-byte GUID, or 00 and an int32 id; then, for Protobuf,
 *                                                 the message indexes; the key or value is the bare payload
 *   key or value                                  00, int32 id, for Protobuf the message indexes, payload
 */
const MAGIC_ID = 0;
const MAGIC_GUID = 1;
const ID_BYTES = 5;
const GUID_BYTES = 17;

const DEFAULT_CONTEXT = ".";
const WRITERS_MAX = 10_000;

/** Checks the keys or the values of one topic. Schemas that were accepted once are kept. */
export class PartGate {
  readonly #source: SchemaSource;
  readonly #rules: PartRules;
  readonly #header: string;
  readonly #writers = new Map<number, WriterSchema>();

  constructor(source: SchemaSource, rules: PartRules) {
    this.#source = source;
    this.#rules = rules;
    this.#header = `__${rules.part}_schema_id`;
  }

  /** Why the part of the cursor's record at `[start, end)` is refused; undefined when it is fine. */
  check(cursor: RecordCursor, start: number, end: number): PartFault | undefined {
    const { buffer } = cursor;
    if (cursor.headerCount > 0) {
      const header = cursor.headers().findLast(({ key }) => key === this.#header)?.value;
      if (header) return this.#checkHeader(asBuffer(header), buffer, start, end);
    }
    if (end - start < ID_BYTES || buffer[start] !== MAGIC_ID) return this.#missing();
    const id = buffer.readInt32BE(start + 1);
    const writer = this.#writers.get(id) ?? this.#admit(this.#source.state.schemaById(DEFAULT_CONTEXT, id));
    if (writer === undefined) return this.#unknown(`id ${id}`);
    return writer.check(buffer, start + ID_BYTES, end);
  }

  #checkHeader(header: Buffer, buffer: Buffer, start: number, end: number): PartFault | undefined {
    const { state } = this.#source;
    if (header[0] === MAGIC_GUID && header.length >= GUID_BYTES) {
      const guid = formatGuid(header);
      const writer = this.#admit(state.schemaByGuid(DEFAULT_CONTEXT, guid));
      if (writer === undefined) return this.#unknown(`GUID ${guid}`);
      return writer.checkBare(header, GUID_BYTES, buffer, start, end);
    }
    if (header[0] === MAGIC_ID && header.length >= ID_BYTES) {
      const id = header.readInt32BE(1);
      const writer = this.#admit(state.schemaById(DEFAULT_CONTEXT, id));
      if (writer === undefined) return this.#unknown(`id ${id}`);
      return writer.checkBare(header, ID_BYTES, buffer, start, end);
    }
    return this.#missing();
  }

  #admit(schema: StoredSchema | undefined): WriterSchema | undefined {
    if (schema === undefined) return undefined;
    const known = this.#writers.get(schema.id);
    if (known !== undefined) return known;
    const writer = new WriterSchema(this.#source, this.#rules, schema);
    if (this.#writers.size >= WRITERS_MAX) this.#writers.delete(this.#writers.keys().next().value!);
    this.#writers.set(schema.id, writer);
    return writer;
  }

  #missing(): PartFault {
    const { part, topic } = this.#rules;
    return {
      reason: "missing-schema-id",
      message:
        `The ${part} does not begin with a schema id (byte 00 and four bytes), and no header ${this.#header} names one. ` +
        `Topic "${topic}" validates its ${part}s: send them with a schema registry serialiser.`,
    };
  }

  #unknown(name: string): PartFault {
    return {
      reason: "unknown-schema-id",
      message:
        `Schema ${name} is not in the registry. ` +
        "Register the schema first, and check that the producer uses the registry of this cluster.",
    };
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function formatGuid(header: Buffer): string {
  const hex = header.toString("hex", 1, GUID_BYTES);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
