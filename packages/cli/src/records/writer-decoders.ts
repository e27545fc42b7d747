import { type ConsumerRecord, LetterpressError } from "@letterpress/client";
import { type RegistryClient, RegistryClientError } from "@letterpress/registry/client";
import {
  type Decode,
  type ResolvedSchema,
  readFraming,
  readHeaderFraming,
  readMessageIndexes,
  SCHEMA_ID_HEADERS,
  SchemaError,
} from "@letterpress/schema";
import type { JsonCodec, MakeJsonCodec } from "../json/json-codec.ts";

interface WriterDecoder {
  readonly codec: JsonCodec;
  readonly decode: Decode<unknown>;
}

/** Beyond any topic's number of writer schemas. */
const DECODERS_MAX = 1_000;

/** Decodes keys and values into JSON, each with the schema that wrote it, whatever contracts say today. */
export class WriterDecoders {
  readonly #registry: RegistryClient;
  readonly #makeCodec: MakeJsonCodec;
  readonly #decoders = new Map<string, WriterDecoder>();

  constructor(registry: RegistryClient, makeCodec: MakeJsonCodec) {
    this.#registry = registry;
    this.#makeCodec = makeCodec;
  }

  /**
   * @throws SchemaError `INVALID_FRAMING`, `INVALID_PAYLOAD`; LetterpressError `SCHEMA_NOT_FOUND`;
   * RegistryClientError when the registry cannot be asked.
   */
  async toJson(part: "key" | "value", bytes: Buffer, headers: ConsumerRecord["headers"]): Promise<unknown> {
    const header = headers.findLast(({ key }) => key === SCHEMA_ID_HEADERS[part])?.value;
    const framing = header ? Buffer.from(header) : bytes;
    const { name, position } = header ? readHeaderFraming(framing) : readFraming(framing);
    if (name.kind === "guid") {
      throw new SchemaError(
        "INVALID_FRAMING",
        "the record names its schema by GUID; only ids can be looked up",
      );
    }
    const schema = await this.#schema(name.id);
    const path = schema.format === "AVRO" ? { indexes: [], position } : readMessageIndexes(framing, position);
    const { codec, decode } = this.#decoder(name.id, schema, path.indexes);
    const start = header ? 0 : path.position;
    return codec.toJson(decode(bytes, start, bytes.length));
  }

  async #schema(id: number): Promise<ResolvedSchema> {
    try {
      return await this.#registry.schemaById(id);
    } catch (cause) {
      if (!(cause instanceof RegistryClientError) || cause.code !== "NOT_FOUND") throw cause;
      throw new LetterpressError("SCHEMA_NOT_FOUND", `the registry has no schema with id ${id}`, { cause });
    }
  }

  #decoder(id: number, schema: ResolvedSchema, indexes: readonly number[]): WriterDecoder {
    const key = `${id} ${indexes.join(".")}`;
    let decoder = this.#decoders.get(key);
    if (decoder === undefined) {
      const codec = this.#makeCodec(schema, indexes);
      decoder = { codec, decode: codec.serde.decoder(schema) };
      if (this.#decoders.size >= DECODERS_MAX) this.#decoders.delete(this.#decoders.keys().next().value!);
      this.#decoders.set(key, decoder);
    }
    return decoder;
  }
}
