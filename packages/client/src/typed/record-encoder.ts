import { type Serde, subjectOf, type TopicContract } from "@letterpress/schema";
import { LetterpressError } from "../letterpress-error.ts";
import { lookupFailed } from "./lookup-failed.ts";
import type { SchemaIds } from "./schema-ids.ts";

/** The ids that records are written behind. */
export interface WriterIds {
  readonly value: number;
  /** Undefined unless the key has a schema of its own. */
  readonly key: number | undefined;
}

/** Turns keys and values into bytes as the contract says, behind ids that are looked up once. */
export class RecordEncoder<Key, Input> {
  readonly #schemaIds: SchemaIds | undefined;
  readonly #contract: TopicContract<Key, unknown, Input>;
  readonly #autoRegister: boolean;
  #lookup: Promise<WriterIds> | undefined;
  /** Undefined until the ids are known. */
  ids: WriterIds | undefined;

  constructor(
    schemaIds: SchemaIds | undefined,
    contract: TopicContract<Key, unknown, Input>,
    autoRegister: boolean,
  ) {
    this.#schemaIds = schemaIds;
    this.#contract = contract;
    this.#autoRegister = autoRegister;
  }

  /** Looks the ids up; a failure is not kept, so that the next call tries again. */
  resolveIds(): Promise<WriterIds> {
    this.#lookup ??= this.#resolve().then(
      (ids) => {
        this.ids = ids;
        return ids;
      },
      (error: unknown) => {
        this.#lookup = undefined;
        throw error;
      },
    );
    return this.#lookup;
  }

  /** The record's key: the one given, else the field of the value that the contract names. */
  keyOf(value: Input, given: Key | undefined): Key | null {
    if (given !== undefined) return given;
    const { key, topic } = this.#contract;
    if (key.kind === "none") return null;
    if (key.kind === "field") return this.#guarded(() => key.extract(value));
    throw new LetterpressError("INVALID_ARGUMENT", `${topic} has a key of its own: give it with the value`, {
      topic,
    });
  }

  encodeKey(ids: WriterIds, key: Key): Buffer {
    const contract = this.#contract.key;
    if (contract.kind === "field") return this.#guarded(() => contract.encode(key));
    if (contract.kind === "schema") return this.#guarded(() => contract.serde.encode(ids.key!, key));
    const { topic } = this.#contract;
    throw new LetterpressError("INVALID_ARGUMENT", `the contract of ${topic} has no key: leave it out`, {
      topic,
    });
  }

  encodeValue(ids: WriterIds, value: Input): Buffer {
    return this.#guarded(() => this.#contract.value.encode(ids.value, value));
  }

  #guarded<T>(encode: () => T): T {
    try {
      return encode();
    } catch (error) {
      throw this.#encodeFailed(error);
    }
  }

  #encodeFailed(cause: unknown): LetterpressError {
    const { topic } = this.#contract;
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new LetterpressError("ENCODE_FAILED", `cannot encode a record of ${topic}: ${reason}`, {
      cause,
      topic,
    });
  }

  async #resolve(): Promise<WriterIds> {
    const { key, value } = this.#contract;
    const [valueId, keyId] = await Promise.all([
      this.#idOf("value", value),
      key.kind === "schema" ? this.#idOf("key", key.serde) : undefined,
    ]);
    return { value: valueId, key: keyId };
  }

  async #idOf(part: "key" | "value", serde: Pick<Serde<unknown>, "schema" | "fullName">): Promise<number> {
    const { topic, subjectNameStrategy } = this.#contract;
    const schemaIds = this.#schemaIds;
    if (schemaIds === undefined) {
      throw new LetterpressError(
        "INVALID_ARGUMENT",
        `typed topics need a registry: new Letterpress({ brokers, registry: "http://127.0.0.1:8081" })`,
        { topic },
      );
    }
    const subject = subjectOf(subjectNameStrategy, topic, part, serde.fullName);
    try {
      return this.#autoRegister
        ? (await schemaIds.registerResolved(subject, serde.schema)).id
        : await schemaIds.idOf(subject, serde.schema);
    } catch (cause) {
      throw lookupFailed(cause, subject, topic, this.#autoRegister);
    }
  }
}
