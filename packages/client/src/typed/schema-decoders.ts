import {
  type Decode,
  parseSchema,
  type ResolvedSchema,
  readMessageIndexes,
  type Serde,
} from "@letterpress/schema";
import type { RecordHeader } from "@letterpress/wire";
import { LetterpressError } from "../letterpress-error.ts";
import { schemaLookupFailed } from "./lookup-failed.ts";
import { locatePayload, type PayloadLocation, type SchemaReferent } from "./payload-location.ts";
import type { SchemaIds } from "./schema-ids.ts";

/** The decoder of one writer schema. */
interface WriterDecoder<Out> {
  readonly decode: Decode<Out>;
  /** The full name of the Protobuf message that a path leads to. */
  typeNameAt(indexes: readonly number[]): string | undefined;
}

/** A value and the schema that wrote it, as its record names it. */
export interface Decoded<Out> {
  readonly value: Out;
  readonly schema: SchemaReferent;
}

/** More writer schemas than any topic has; beyond it the oldest decoder is compiled again when it is met. */
const DECODERS_MAX = 1_000;

/** Decodes payloads of any writer schema with one build's serde; a decoder is compiled once per schema. */
export class SchemaDecoders<Out> {
  readonly #serde: Serde<Out>;
  readonly #schemaIds: SchemaIds | undefined;
  readonly #topic: string;
  readonly #decoders = new Map<SchemaReferent, WriterDecoder<Out>>();

  constructor(serde: Serde<Out>, schemaIds: SchemaIds | undefined, topic: string) {
    this.#serde = serde;
    this.#schemaIds = schemaIds;
    this.#topic = topic;
  }

  /** Undefined when the writer schema has not been met before. Throws `SchemaError`. */
  tryDecode(
    part: "key" | "value",
    bytes: Buffer,
    headers: readonly RecordHeader[],
  ): Decoded<Out> | undefined {
    const location = locatePayload(part, bytes, headers);
    const decoder = this.#decoders.get(location.schema);
    return decoder === undefined ? undefined : this.#decode(decoder, bytes, location);
  }

  /** Looks the writer schema up when it is new. Throws `SchemaError`, or `LetterpressError` of the lookup. */
  async decode(
    part: "key" | "value",
    bytes: Buffer,
    headers: readonly RecordHeader[],
  ): Promise<Decoded<Out>> {
    const location = locatePayload(part, bytes, headers);
    const known = this.#decoders.get(location.schema);
    return this.#decode(known ?? (await this.#compile(location.schema)), bytes, location);
  }

  #decode(decoder: WriterDecoder<Out>, bytes: Buffer, location: PayloadLocation): Decoded<Out> {
    const { schema, framing } = location;
    let { position } = location;
    if (this.#serde.format === "PROTOBUF") {
      const path = readMessageIndexes(framing, location.indexesAt);
      const typeName = decoder.typeNameAt(path.indexes);
      if (typeName !== this.#serde.fullName) {
        throw new LetterpressError(
          "DECODE_FAILED",
          `the record is a ${typeName ?? "message that its schema does not have"}, not a ${this.#serde.fullName}`,
        );
      }
      if (framing === bytes) position = path.position;
    }
    return { schema, value: decoder.decode(bytes, position, bytes.length) };
  }

  async #compile(schema: SchemaReferent): Promise<WriterDecoder<Out>> {
    const writer = await this.#lookUp(schema).catch((cause: unknown) => {
      throw schemaLookupFailed(cause, schema, this.#topic);
    });
    const decoder: WriterDecoder<Out> = {
      decode: this.#serde.decoder(writer),
      typeNameAt: typeNames(() => parseSchema(writer)),
    };
    if (this.#decoders.size >= DECODERS_MAX) this.#decoders.delete(this.#decoders.keys().next().value!);
    this.#decoders.set(schema, decoder);
    return decoder;
  }

  async #lookUp(schema: SchemaReferent): Promise<ResolvedSchema> {
    const schemaIds = this.#schemaIds;
    if (schemaIds === undefined) {
      throw new LetterpressError(
        "INVALID_ARGUMENT",
        `typed topics need a registry: new Letterpress({ brokers, registry: "http://127.0.0.1:8081" })`,
      );
    }
    if (typeof schema === "number") return schemaIds.schemaById(schema);
    if (schemaIds.schemaByGuid !== undefined) return schemaIds.schemaByGuid(schema);
    throw new LetterpressError(
      "INVALID_ARGUMENT",
      `the record names its schema by GUID ${schema}: the registry client given to Letterpress needs schemaByGuid`,
    );
  }
}

/** Remembers the last path: a topic's records hardly ever use another one. */
function typeNames(
  parse: () => ReturnType<typeof parseSchema>,
): (indexes: readonly number[]) => string | undefined {
  let parsed: ReturnType<typeof parseSchema> | undefined;
  let lastPath: readonly number[] | undefined;
  let lastName: string | undefined;
  return (indexes) => {
    if (indexes === lastPath) return lastName;
    parsed ??= parse();
    lastPath = indexes;
    lastName = parsed.typeNameAt(indexes);
    return lastName;
  };
}
