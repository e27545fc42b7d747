import type { StoredSchema } from "@letterpress/registry";
import {
  ID_FRAMING_BYTES,
  readHeaderFraming,
  readSchemaId,
  SCHEMA_ID_HEADERS,
  SchemaError,
} from "@letterpress/schema";
import type { RecordCursor } from "@letterpress/wire";
import type { PartFault } from "./part-fault.ts";
import { type PartRules, type SchemaSource, WriterSchema } from "./writer-schema.ts";

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
    this.#header = SCHEMA_ID_HEADERS[rules.part];
  }

  /**
   * Why the part of the cursor's record at `[start, end)` is refused; undefined when it is fine. The last header that
   * names a schema counts before the framing in front of the payload.
   */
  check(cursor: RecordCursor, start: number, end: number): PartFault | undefined {
    const { buffer } = cursor;
    try {
      if (cursor.headerCount > 0) {
        const header = cursor.headers().findLast(({ key }) => key === this.#header)?.value;
        if (header) return this.#checkHeader(asBuffer(header), buffer, start, end);
      }
      const id = readSchemaId(buffer, start, end);
      const writer =
        this.#writers.get(id) ?? this.#admit(this.#source.state.schemaById(this.#rules.context, id));
      if (writer === undefined) return this.#unknown(`id ${id}`);
      return writer.check(buffer, start + ID_FRAMING_BYTES, end);
    } catch (error) {
      if (error instanceof SchemaError && error.code === "INVALID_FRAMING") return this.#badFraming(error);
      throw error;
    }
  }

  #checkHeader(header: Buffer, buffer: Buffer, start: number, end: number): PartFault | undefined {
    const { state } = this.#source;
    const { context } = this.#rules;
    const { name, position } = readHeaderFraming(header);
    const schema =
      name.kind === "id" ? state.schemaById(context, name.id) : state.schemaByGuid(context, name.guid);
    const writer = this.#admit(schema);
    if (writer === undefined)
      return this.#unknown(name.kind === "id" ? `id ${name.id}` : `GUID ${name.guid}`);
    return writer.checkBare(header, position, buffer, start, end);
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

  #badFraming({ message }: SchemaError): PartFault {
    const { part, topic } = this.#rules;
    return {
      reason: "invalid-framing",
      message:
        `The ${part} names no schema: ${message}. ` +
        `Topic "${topic}" validates its ${part}s: send them with a schema registry serialiser.`,
    };
  }

  #unknown(name: string): PartFault {
    const { context } = this.#rules;
    const where = context === "." ? "the registry" : `the context ${context} of the registry`;
    return {
      reason: "unknown-schema-id",
      message:
        `Schema ${name} is not in ${where}. ` +
        "Register the schema first, and check that the producer uses the registry of this cluster.",
    };
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
