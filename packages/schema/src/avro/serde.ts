import type { ResolvedSchema } from "../schema-definition.ts";
import { SchemaError } from "../schema-error.ts";
import type { Decode, Serde } from "../serde.ts";
import { payloadFault } from "./checker/explain.ts";
import { compileDecoder } from "./codec/emit-decoder.ts";
import { compileEncoder } from "./codec/emit-encoder.ts";
import { AvroInput, MALFORMED } from "./codec/input.ts";
import { AvroOutput, MISMATCH } from "./codec/output.ts";
import { resolve } from "./codec/resolve.ts";
import { valueFault } from "./codec/value-fault.ts";
import { parseResolvedAvro } from "./parse.ts";
import type { LongFields } from "./shape.ts";

export interface AvroSerdeOptions {
  /**
   * Fields whose longs are `number` instead of `bigint`, as `<record's full name>.<field>`. Values beyond 2^53
   * are then refused. Default: none.
   */
  readonly longs?: LongFields;
}

/**
 * The codec of an Avro schema. How values look is described at `LeafShape` and `unionShape`; records are plain
 * objects, maps are objects without a prototype, defaulted fields may be left out when writing.
 *
 * @throws SchemaError `INVALID_SCHEMA` or `MISSING_REFERENCE`.
 */
export function avroSerde<Out, In = Out>(
  schema: ResolvedSchema,
  options: AvroSerdeOptions = {},
): Serde<Out, In> {
  return new AvroSerde<Out, In>(schema, options);
}

/** What is left to say when no single place is wrong. */
const TOO_DEEP = "is nested too deep, or changed meanwhile";

/** Records of very many containers, nested, can use up the stack before they reach the limit on depth. */
function isRefusal(error: unknown): boolean {
  return error === MISMATCH || error === MALFORMED || error instanceof RangeError;
}

class AvroSerde<Out, In> implements Serde<Out, In> {
  readonly format = "AVRO";
  readonly schema: ResolvedSchema;
  readonly fullName: string;
  readonly #longs: LongFields;
  readonly #reader;
  readonly #encode;
  readonly #output = new AvroOutput();

  constructor(schema: ResolvedSchema, options: AvroSerdeOptions) {
    this.schema = schema;
    this.#longs = options.longs ?? {};
    this.#reader = parseResolvedAvro(schema).schema;
    this.fullName = "name" in this.#reader ? this.#reader.name.full : "";
    this.#encode = compileEncoder(this.#reader, this.#longs);
  }

  encode(schemaId: number, value: In): Buffer {
    const output = this.#output;
    output.begin();
    output.writeSchemaId(schemaId);
    try {
      this.#encode(value, output);
    } catch (error) {
      if (isRefusal(error)) throw this.#explain(value);
      throw error;
    }
    return output.finish();
  }

  decoder(writer: ResolvedSchema): Decode<Out> {
    const writerSchema = writer === this.schema ? this.#reader : parseResolvedAvro(writer).schema;
    const plan = resolve(writerSchema, this.#reader);
    if (plan.kind === "refusal") throw new SchemaError("UNRESOLVABLE", plan.message);
    const decode = compileDecoder(plan, this.#longs);
    const input = new AvroInput();
    return (buffer, position, end) => {
      input.begin(buffer, position, end);
      try {
        const value = decode(input) as Out;
        input.finish();
        return value;
      } catch (error) {
        if (!isRefusal(error)) throw error;
        const fault = payloadFault(writerSchema, buffer, position, end);
        throw invalidPayload(fault ?? { path: "", message: TOO_DEEP });
      }
    };
  }

  #explain(value: unknown): SchemaError {
    const fault = valueFault(this.#reader, value, this.#longs) ?? {
      path: "",
      message: TOO_DEEP,
    };
    const where = fault.path === "" ? this.fullName || "the value" : fault.path;
    return new SchemaError("INVALID_VALUE", `${where}: ${fault.message}`, { path: fault.path });
  }
}

function invalidPayload(fault: { readonly path: string; readonly message: string }): SchemaError {
  const where = fault.path === "" ? "the payload" : fault.path;
  return new SchemaError("INVALID_PAYLOAD", `${where}: ${fault.message}`, { path: fault.path });
}
