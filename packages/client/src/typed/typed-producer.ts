import type { TopicContract } from "@letterpress/schema";
import type { Letterpress } from "../client.ts";
import { LetterpressError } from "../letterpress-error.ts";
import type { Producer } from "../producer/producer.ts";
import type { ProducerOptions } from "../producer/producer-options.ts";
import type { ProducerRecord, RecordMetadata } from "../record.ts";
import { RecordEncoder, type WriterIds } from "./record-encoder.ts";
import type { TypedBatchOptions, TypedSendOptions } from "./typed-record.ts";
import { writerSchemasOf } from "./writer-schemas-of.ts";

/** Chooses a partition by typed key and value; returns 0 to `partitionCount - 1`. */
export type TypedPartitioner<Key, Input> = (key: Key | null, value: Input, partitionCount: number) => number;

export interface TypedProducerOptions<Key = never, Input = never>
  extends Omit<ProducerOptions, "partitioner"> {
  /** Default: the contract's partitioner. */
  readonly partitioner?: TypedPartitioner<Key, Input> | undefined;
  /** Register this build's schema when it is not there yet. Default false: it is looked up only. */
  readonly autoRegister?: boolean | undefined;
}

/**
 * Produces the records of one topic by its contract: what is sent is typed, encoded behind its schema id, and
 * keyed as the contract says. Without sending options of its own it shares the client's producer, and with it
 * connections, batches and memory.
 */
export class TypedProducer<Key, Value, Input = Value> implements AsyncDisposable {
  readonly contract: TopicContract<Key, Value, Input>;
  readonly #producer: Producer;
  readonly #ownsProducer: boolean;
  readonly #encoder: RecordEncoder<Key, Input>;
  readonly #partitioner: TypedPartitioner<Key, Input> | undefined;
  #waiting = 0;
  #hasDeclared = false;

  constructor(
    client: Letterpress,
    contract: TopicContract<Key, Value, Input>,
    options: TypedProducerOptions<Key, Input> = {},
  ) {
    const { partitioner, autoRegister = false, ...producerOptions } = options;
    this.contract = contract;
    this.#partitioner = partitioner;
    this.#encoder = new RecordEncoder(client.schemaIds, contract, autoRegister);
    this.#ownsProducer = Object.keys(producerOptions).length > 0;
    this.#producer = this.#ownsProducer ? client.producer(producerOptions) : client.sharedProducer();
    this.#producer.usePartitioner(contract.topic, contract.partitioner);
  }

  /**
   * Sends one record; resolves when it is acknowledged.
   *
   * @throws LetterpressError `ENCODE_FAILED` for a value that does not fit the schema, `SCHEMA_NOT_FOUND` when the
   * schema is not registered, `RECORD_REJECTED` when the broker refuses it, and what `Producer.send` throws.
   */
  send(value: Input, options: TypedSendOptions<Key> = {}): Promise<RecordMetadata> {
    return this.#withIds((ids) => {
      const record = this.#record(ids, value, options.key, options);
      return this.#producer.send({ topic: this.contract.topic, ...record });
    });
  }

  /** Sends records in order; resolves when all are acknowledged, with one entry per record. */
  sendBatch(
    values: readonly Input[],
    options: TypedBatchOptions<Key, Input> = {},
  ): Promise<RecordMetadata[]> {
    const { keyOf } = options;
    return this.#withIds((ids) => {
      const records = values.map((value, index) => this.#record(ids, value, keyOf?.(value, index), options));
      return this.#producer.sendBatch(this.contract.topic, records);
    });
  }

  /** Sends a record without a value: the key's deletion on a compacted topic. */
  sendTombstone(key: Key, options: Omit<TypedSendOptions<Key>, "key"> = {}): Promise<RecordMetadata> {
    return this.#withIds((ids) => {
      const { headers, partition, timestampMs } = options;
      const keyBytes = this.#encoder.encodeKey(ids, key);
      return this.#producer.send({
        topic: this.contract.topic,
        key: keyBytes,
        value: null,
        headers,
        partition,
        timestampMs,
      });
    });
  }

  /** Resolves when everything sent so far is acknowledged or has failed. */
  flush(): Promise<void> {
    return this.#producer.flush();
  }

  /** Flushes. A producer of its own is closed; the client's shared one stays open. */
  async close(): Promise<void> {
    if (this.#ownsProducer) await this.#producer.close();
    else await this.#producer.flush();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * Runs `send` at once when the schema ids are known, and otherwise when they are. While a call waits all
   * later ones do, so that their order stays.
   */
  #withIds<T>(send: (ids: WriterIds) => Promise<T>): Promise<T> {
    const { ids } = this.#encoder;
    if (ids !== undefined && this.#waiting === 0) {
      try {
        return send(ids);
      } catch (error) {
        return Promise.reject(error);
      }
    }
    this.#waiting++;
    return this.#encoder.resolveIds().then(
      (resolved) => {
        this.#waiting--;
        this.#declare(resolved);
        return send(resolved);
      },
      (error: unknown) => {
        this.#waiting--;
        throw error;
      },
    );
  }

  /** Before the first record leaves, so that the declaration goes with it. */
  #declare(ids: WriterIds): void {
    if (this.#hasDeclared) return;
    this.#hasDeclared = true;
    this.#producer.declareWriterSchemas(this.contract.topic, writerSchemasOf(this.contract, ids));
  }

  #record(
    ids: WriterIds,
    value: Input,
    givenKey: Key | undefined,
    options: Omit<TypedSendOptions<Key>, "key">,
  ): ProducerRecord {
    const key = this.#encoder.keyOf(value, givenKey);
    return {
      key: key === null ? null : this.#encoder.encodeKey(ids, key),
      value: this.#encoder.encodeValue(ids, value),
      headers: options.headers,
      partition: options.partition ?? this.#choosePartition(key, value),
      timestampMs: options.timestampMs,
    };
  }

  #choosePartition(key: Key | null, value: Input): number | undefined {
    if (this.#partitioner === undefined) return undefined;
    const count = this.#producer.partitionCount(this.contract.topic) ?? this.contract.partitions;
    const partition = this.#partitioner(key, value, count);
    if (Number.isInteger(partition) && partition >= 0 && partition < count) return partition;
    throw new LetterpressError(
      "INVALID_ARGUMENT",
      `the partitioner chose partition ${partition} of ${this.contract.topic}, which has ${count}`,
      { topic: this.contract.topic },
    );
  }
}
