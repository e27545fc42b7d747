import {
  create,
  type DescMessage,
  type Message,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import type { GenMessage } from "@bufbuild/protobuf/codegenv2";
import type { ResolvedSchema } from "../schema-definition.ts";
import { SchemaError } from "../schema-error.ts";
import type { Decode, Serde } from "../serde.ts";
import { MessageCodec } from "./codec/message-codec.ts";
import { ProtobufOutput } from "./codec/output.ts";
import { encodeMessageIndexes, messageIndexesOf } from "./message-indexes.ts";
import { parseProtobuf } from "./protobuf-schema.ts";
import { faultPath } from "./value-fault.ts";

/**
 * The serde of a message that protobuf-es has generated. Values are protobuf-es messages, with `$typeName` and
 * defaults; what may be encoded is what `create` takes. Code is generated for the message; see `MessageCodec`.
 *
 * @param descriptor The generated descriptor, such as `PaymentSchema`.
 * @param schema The text the descriptor was generated from, as it is registered.
 */
export function protobufSerde<T extends Message>(
  descriptor: GenMessage<T>,
  schema: ResolvedSchema,
): Serde<T, MessageInitShape<GenMessage<T>>> {
  return new ProtobufSerde(descriptor, schema);
}

class ProtobufSerde<Desc extends DescMessage> implements Serde<MessageShape<Desc>, MessageInitShape<Desc>> {
  readonly format = "PROTOBUF";
  readonly schema: ResolvedSchema;
  readonly fullName: string;
  readonly #descriptor: Desc;
  /** The message-index path, as it stands behind the schema id. */
  readonly #path: Buffer;
  readonly #codec: MessageCodec<Desc>;
  readonly #output = new ProtobufOutput();

  constructor(descriptor: Desc, schema: ResolvedSchema) {
    this.#descriptor = descriptor;
    this.schema = schema;
    this.fullName = descriptor.typeName;
    this.#path = encodeMessageIndexes(messageIndexesOf(descriptor));
    this.#codec = new MessageCodec(descriptor);
  }

  encode(schemaId: number, value: MessageInitShape<Desc>): Buffer {
    const output = this.#output;
    this.#begin(schemaId);
    if (!this.#codec.encode(value, output)) {
      const payload = this.#payload(value);
      this.#begin(schemaId);
      output.writeRaw(payload);
    }
    return output.finish();
  }

  #begin(schemaId: number): void {
    this.#output.begin();
    this.#output.writeSchemaId(schemaId);
    this.#output.writeRaw(this.#path);
  }

  #payload(value: MessageInitShape<Desc>): Uint8Array {
    const message = this.#message(value);
    try {
      return toBinary(this.#descriptor, message);
    } catch (cause) {
      // A value that contains itself has no place where it is wrong.
      const path = cause instanceof RangeError ? undefined : faultPath(this.#descriptor, message);
      throw this.#invalidValue(cause, path);
    }
  }

  #message(value: MessageInitShape<Desc>): MessageShape<Desc> {
    try {
      return create(this.#descriptor, value);
    } catch (cause) {
      throw this.#invalidValue(cause, undefined);
    }
  }

  #invalidValue(cause: unknown, path: string | undefined): SchemaError {
    const detail = cause instanceof Error ? cause.message : String(cause);
    return new SchemaError("INVALID_VALUE", `the value is no ${this.fullName}: ${detail}`, { cause, path });
  }

  decoder(writer: ResolvedSchema): Decode<MessageShape<Desc>> {
    const isKnown = parseProtobuf(writer).messageIndexesOf(this.fullName) !== undefined;
    if (!isKnown) {
      const advice = "check that the topic's records are of this type";
      throw new SchemaError("UNRESOLVABLE", `the writer's schema has no message ${this.fullName}; ${advice}`);
    }
    return (buffer, position, end) => {
      try {
        return this.#codec.decode(buffer, position, end);
      } catch (cause) {
        const detail = cause instanceof Error ? cause.message : String(cause);
        const message = `the payload is no ${this.fullName}: ${detail}`;
        throw new SchemaError("INVALID_PAYLOAD", message, { cause });
      }
    };
  }
}
