import {
  type ReaderDeclaration,
  type ResolvedSchema,
  readerFingerprint,
  type TopicContract,
} from "@letterpress/schema";
import type { Letterpress } from "../client.ts";
import type { Consumer } from "../consumer/consumer.ts";
import type { ConsumerOptions } from "../consumer/consumer-options.ts";
import type { LetterpressError } from "../letterpress-error.ts";
import type { ConsumerBatch, ConsumerRecord, TopicPartition, TopicPartitionOffset } from "../record.ts";
import { RecordDecoder } from "./record-decoder.ts";
import type { Tombstone, TypedBatch, TypedRecord } from "./typed-record.ts";

/** What to do with a record that cannot be decoded: fail, leave it out, or leave it out after the callback. */
export type DecodeErrorPolicy =
  | "throw"
  | "skip"
  | ((error: LetterpressError, record: ConsumerRecord) => void | Promise<void>);

export interface TypedConsumerOptions<Key = never> extends Omit<ConsumerOptions, "topics"> {
  /** Default `throw`: the iteration ends with `DECODE_FAILED`, which names topic, partition and offset. */
  readonly onDecodeError?: DecodeErrorPolicy | undefined;
  /** Given the records without a value. Default: they are left out. */
  readonly onTombstone?: ((tombstone: Tombstone<Key>) => void | Promise<void>) | undefined;
}

/**
 * Consumes the records of one topic by its contract: each is decoded with this build's schema, whichever
 * compatible schema wrote it.
 *
 * Iterating joins the group. A record counts as consumed when the loop asks for the next one (at-least-once);
 * leaving the loop closes the consumer.
 */
export class TypedConsumer<Key, Value> implements AsyncIterable<TypedRecord<Key, Value>>, AsyncDisposable {
  readonly contract: TopicContract<Key, Value, never>;
  readonly #consumer: Consumer;
  readonly #decoder: RecordDecoder<Key, Value>;
  readonly #onDecodeError: DecodeErrorPolicy;
  readonly #onTombstone: TypedConsumerOptions<Key>["onTombstone"];

  constructor(
    client: Letterpress,
    contract: TopicContract<Key, Value, never>,
    options: TypedConsumerOptions<Key> = {},
  ) {
    const { onDecodeError = "throw", onTombstone, ...consumerOptions } = options;
    this.contract = contract;
    this.#onDecodeError = onDecodeError;
    this.#onTombstone = onTombstone;
    this.#decoder = new RecordDecoder(client.schemaIds, contract);
    const topics = consumerOptions.group === undefined ? undefined : [contract.topic];
    const readerSchemas = topics && declareReaders(contract);
    this.#consumer = client.consumer({ readerSchemas, ...consumerOptions, topics });
  }

  [Symbol.asyncIterator](): AsyncIterator<TypedRecord<Key, Value>, undefined> {
    const source = this.#consumer[Symbol.asyncIterator]();
    return {
      next: () => this.#next(source),
      return: async () => {
        await source.return?.();
        return { done: true, value: undefined };
      },
    };
  }

  /** Consumes batch by batch. A batch counts as consumed when the loop asks for the next one. */
  async *batches(): AsyncGenerator<TypedBatch<Key, Value>, undefined> {
    for await (const batch of this.#consumer.batches()) yield await this.#decodeBatch(batch);
    return undefined;
  }

  /** Takes partitions without a group. `offset` defaults to what `autoOffsetReset` says. */
  assign(partitions: readonly (TopicPartition & { readonly offset?: bigint })[]): Promise<void> {
    return this.#consumer.assign(partitions);
  }

  /** The partitions this consumer owns now. */
  assignment(): TopicPartition[] {
    return this.#consumer.assignment();
  }

  /** Commits what is consumed, or everything up to and including `record`. */
  commit(record?: TopicPartitionOffset): Promise<void> {
    return this.#consumer.commit(record);
  }

  /** Stops delivering records of these partitions until `resume`. */
  pause(partitions: readonly TopicPartition[]): void {
    this.#consumer.pause(partitions);
  }

  resume(partitions: readonly TopicPartition[]): void {
    this.#consumer.resume(partitions);
  }

  /** Goes on at `offset`. */
  seek(position: TopicPartitionOffset): void {
    this.#consumer.seek(position);
  }

  /** Commits, leaves the group and ends the iteration. */
  close(): Promise<void> {
    return this.#consumer.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** A record that is at hand, and whose decoders are known, costs no more than the promise it is returned in. */
  #next(
    source: AsyncIterator<ConsumerRecord, undefined>,
  ): Promise<IteratorResult<TypedRecord<Key, Value>, undefined>> {
    const record = this.#consumer.take();
    const typed = record && this.#decoder.tryDecode(record);
    if (typed !== undefined) return Promise.resolve({ done: false, value: typed });
    return this.#nextSlowly(source, record);
  }

  async #nextSlowly(
    source: AsyncIterator<ConsumerRecord, undefined>,
    first: ConsumerRecord | undefined,
  ): Promise<IteratorResult<TypedRecord<Key, Value>, undefined>> {
    for (let record = first; ; record = undefined) {
      if (record === undefined) {
        const result = await source.next();
        if (result.done === true) return result;
        record = result.value;
      }
      const typed = this.#decoder.tryDecode(record) ?? (await this.#decodeOrClose(record));
      if (typed !== undefined) return { done: false, value: typed };
    }
  }

  /** A failure ends the iteration: the record is not processed, and the consumer leaves its group. */
  async #decodeOrClose(record: ConsumerRecord): Promise<TypedRecord<Key, Value> | undefined> {
    try {
      return await this.#decodeSlowly(record);
    } catch (error) {
      await this.#consumer[Symbol.asyncIterator]().return?.();
      throw error;
    }
  }

  async #decodeBatch(batch: ConsumerBatch): Promise<TypedBatch<Key, Value>> {
    const records: TypedRecord<Key, Value>[] = [];
    for (const record of batch.records) {
      const typed = this.#decoder.tryDecode(record) ?? (await this.#decodeOrClose(record));
      if (typed !== undefined) records.push(typed);
    }
    const { topic, partition, highWatermark } = batch;
    return { topic, partition, records, highWatermark };
  }

  /** Tombstones, schema ids met for the first time, and records that cannot be decoded. */
  async #decodeSlowly(record: ConsumerRecord): Promise<TypedRecord<Key, Value> | undefined> {
    try {
      const { value } = record;
      if (value !== null) return await this.#decoder.decode({ ...record, value });
      const tombstone = await this.#decoder.decodeTombstone(record);
      await this.#onTombstone?.(tombstone);
      return undefined;
    } catch (error) {
      const policy = this.#onDecodeError;
      if (policy === "throw" || !isDecodeFailure(error)) throw error;
      if (policy !== "skip") await policy(error, record);
      return undefined;
    }
  }
}

function declareReaders<Key, Value>({
  topic,
  key,
  value,
}: TopicContract<Key, Value, never>): ReaderDeclaration[] {
  const declare = (part: "key" | "value", { schema }: { readonly schema: ResolvedSchema }) => {
    return { topic, part, fingerprint: readerFingerprint(schema) };
  };
  return [declare("value", value), ...(key.kind === "schema" ? [declare("key", key.serde)] : [])];
}

/** A registry that cannot be reached says nothing about the record: only the record's own faults are skipped. */
function isDecodeFailure(error: unknown): error is LetterpressError {
  const { code } = error as LetterpressError;
  return code === "DECODE_FAILED";
}
