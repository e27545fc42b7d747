import type { TopicContract } from "@letterpress/schema";
import { LetterpressError } from "../letterpress-error.ts";
import type { ConsumerRecord } from "../record.ts";
import type { SchemaReferent } from "./payload-location.ts";
import { SchemaDecoders } from "./schema-decoders.ts";
import type { SchemaIds } from "./schema-ids.ts";
import type { Tombstone, TypedRecord } from "./typed-record.ts";

/** Failures that say nothing about the record: another try may succeed. */
const ENVIRONMENT_CODES: readonly string[] = ["REGISTRY_UNAVAILABLE", "INVALID_ARGUMENT"];

/** Turns records of bytes into typed ones, as a contract says. */
export class RecordDecoder<Key, Value> {
  readonly #contract: TopicContract<Key, Value, never>;
  readonly #values: SchemaDecoders<Value>;
  readonly #keys: SchemaDecoders<Key> | undefined;

  constructor(schemaIds: SchemaIds | undefined, contract: TopicContract<Key, Value, never>) {
    const { key, topic, value } = contract;
    this.#contract = contract;
    this.#values = new SchemaDecoders<Value>(value, schemaIds, topic);
    if (key.kind === "schema") this.#keys = new SchemaDecoders<Key>(key.serde, schemaIds, topic);
  }

  /** The fast path; undefined for whatever `decode` has to look at: tombstones, new schema ids and bad records. */
  tryDecode(record: ConsumerRecord): TypedRecord<Key, Value> | undefined {
    const { key, value, headers } = record;
    if (value === null) return undefined;
    try {
      const decodedKey = key === null ? { value: null } : this.#tryKey(key, record);
      const decoded = decodedKey && this.#values.tryDecode("value", value, headers);
      return decoded && typed(record, decodedKey.value, decoded.value, decoded.schema);
    } catch {
      return undefined;
    }
  }

  /** @throws LetterpressError `DECODE_FAILED` with topic, partition and offset; `REGISTRY_UNAVAILABLE`. */
  async decode(record: ConsumerRecord & { readonly value: Buffer }): Promise<TypedRecord<Key, Value>> {
    try {
      const key = await this.#key(record);
      const { value, schema } = await this.#values.decode("value", record.value, record.headers);
      return typed(record, key, value, schema);
    } catch (cause) {
      throw decodeFailed(cause, record);
    }
  }

  /** The key of a record without a value. Throws as `decode` does. */
  async decodeTombstone(record: ConsumerRecord): Promise<Tombstone<Key>> {
    const { topic, partition, offset, timestampMs, headers } = record;
    try {
      return { topic, partition, offset, timestampMs, headers, key: await this.#key(record) };
    } catch (cause) {
      throw decodeFailed(cause, record);
    }
  }

  #tryKey(bytes: Buffer, record: ConsumerRecord): { readonly value: Key | null } | undefined {
    const { key } = this.#contract;
    if (key.kind === "schema") return this.#keys!.tryDecode("key", bytes, record.headers);
    return { value: key.kind === "field" ? key.decode(bytes) : null };
  }

  async #key(record: ConsumerRecord): Promise<Key | null> {
    const { key } = this.#contract;
    if (record.key === null || key.kind === "none") return null;
    if (key.kind === "field") return key.decode(record.key);
    return (await this.#keys!.decode("key", record.key, record.headers)).value;
  }
}

function typed<Key, Value>(
  record: ConsumerRecord,
  key: Key | null,
  value: Value,
  schema: SchemaReferent,
): TypedRecord<Key, Value> {
  const { topic, partition, offset, timestampMs, headers } = record;
  const schemaId = typeof schema === "number" ? schema : undefined;
  return { topic, partition, offset, timestampMs, key, value, headers, schemaId };
}

function decodeFailed(cause: unknown, { topic, partition, offset }: ConsumerRecord): LetterpressError {
  if (cause instanceof LetterpressError && ENVIRONMENT_CODES.includes(cause.code)) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new LetterpressError(
    "DECODE_FAILED",
    `cannot decode the record at offset ${offset} of ${topic}-${partition}: ${reason}`,
    { cause, topic, partition, offset },
  );
}
