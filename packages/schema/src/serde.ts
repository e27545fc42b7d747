import type { ResolvedSchema, SchemaFormat } from "./schema-definition.ts";

/** Turns a framed payload into a value. `position` is where the payload begins, behind the framing. */
export type Decode<Out> = (buffer: Buffer, position: number, end: number) => Out;

/**
 * The codec of one build's schema: it encodes values as this build knows them, and decodes what any compatible
 * schema wrote. Made once per contract; everything per schema id is compiled on first use and kept by the caller.
 *
 * `Out` is what reading gives (every field present), `In` what writing takes (fields with defaults optional).
 */
export interface Serde<Out, In = Out> {
  readonly format: SchemaFormat;
  /** This build's schema: the writer's when encoding, the reader's when decoding. */
  readonly schema: ResolvedSchema;
  /** The full name of the record or message. */
  readonly fullName: string;

  /**
   * Encodes a value behind Confluent framing: `00`, the big-endian schema id and, for Protobuf, the
   * message-index path. The buffer is the caller's.
   *
   * @throws SchemaError `INVALID_VALUE` with the path to the field that does not fit.
   */
  encode(schemaId: number, value: In): Buffer;

  /**
   * The decoder for payloads written with `writer`: resolved against this build's schema, compiled at once.
   *
   * @throws SchemaError `UNRESOLVABLE` when `writer`'s data cannot be read with this build's schema; the decoder
   * itself throws `INVALID_PAYLOAD`.
   */
  decoder(writer: ResolvedSchema): Decode<Out>;
}
