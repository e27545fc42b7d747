import type { WriterDeclaration } from "@letterpress/schema";
import type { RecordInit } from "@letterpress/wire";
import { RecordBatchBuilder } from "@letterpress/wire";
import { LetterpressError } from "../letterpress-error.ts";
import type { Cluster } from "../metadata/cluster.ts";
import type { ProducerRecord, RecordMetadata } from "../record.ts";
import { Accumulator } from "./accumulator.ts";
import { BatchDelivery, type Delivery, RecordDelivery } from "./delivery.ts";
import { MemoryBudget } from "./memory-budget.ts";
import type { Partitioner } from "./partitioner.ts";
import type { ProducerOptions } from "./producer-options.ts";
import { toRecordInit } from "./record-init.ts";
import { type ResolvedProducerOptions, resolveProducerOptions } from "./resolved-options.ts";
import { Sender } from "./sender.ts";
import { WriterSchemas } from "./writer-schemas.ts";

const CLOSE_TIMEOUT_MS = 30_000;

/**
 * Produces records of bytes to any topic. Records of one call, and of calls made one after the other, reach their
 * partition in that order, whatever is retried.
 */
export class Producer implements AsyncDisposable {
  readonly #cluster: Cluster;
  readonly #options: ResolvedProducerOptions;
  readonly #memory: MemoryBudget;
  readonly #writers = new WriterSchemas();
  readonly #sender: Sender;
  readonly #accumulator: Accumulator;
  readonly #closing = new AbortController();
  /** By topic, the last call that had to wait. While there is one, later calls for the topic queue up behind it. */
  readonly #queued = new Map<string, Promise<unknown>>();
  readonly #onClosed: () => void;
  #closed: Promise<void> | undefined;

  /** Made by `Letterpress.producer`. `onClosed` is called when it has closed. */
  constructor(cluster: Cluster, options: ProducerOptions = {}, onClosed: () => void = () => undefined) {
    this.#cluster = cluster;
    this.#onClosed = onClosed;
    this.#options = resolveProducerOptions(options, cluster.options);
    this.#memory = new MemoryBudget(this.#options.bufferMemoryBytes);
    this.#sender = new Sender(cluster, this.#options, this.#memory, this.#writers, (queue) =>
      this.#accumulator.batchClosed(queue.topic),
    );
    this.#accumulator = new Accumulator(this.#options, (queue) => this.#sender.wake(queue));
    const onAbort = (): void => this.#shutDown("ABORTED", "the producer was aborted");
    if (options.signal?.aborted) onAbort();
    else options.signal?.addEventListener("abort", onAbort, { once: true });
  }

  /**
   * Sends one record; resolves when it is acknowledged as `acks` asks.
   *
   * @throws LetterpressError `RECORD_REJECTED`, `RECORD_TOO_LARGE`, `UNKNOWN_TOPIC`, `AUTHORIZATION_FAILED`,
   * `DELIVERY_TIMEOUT`, `INVALID_ARGUMENT`, `ABORTED`, `CLOSED`, or `BROKER_ERROR`.
   */
  send(record: ProducerRecord & { readonly topic: string }): Promise<RecordMetadata> {
    return new Promise((resolve, reject) => {
      const delivery = new RecordDelivery(resolve, reject);
      const { topic, partition } = record;
      const init = toRecordInit(record);
      const bytes = RecordBatchBuilder.recordBytesMax(init);
      if (this.#mayAppend(topic, bytes)) this.#append(topic, init, partition, bytes, delivery, 0);
      else {
        const append = (): void => this.#append(topic, init, partition, bytes, delivery, 0);
        this.#later(topic, bytes, append).catch(reject);
      }
    });
  }

  /**
   * Sends records in order; resolves when all are acknowledged, with one entry per record. When some fail the call
   * fails, and the others may be stored.
   *
   * @throws LetterpressError as `send` does.
   */
  sendBatch(topic: string, records: readonly ProducerRecord[]): Promise<RecordMetadata[]> {
    if (records.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      const delivery = new BatchDelivery(records.length, resolve, reject);
      const inits = records.map(toRecordInit);
      const sizes = inits.map(RecordBatchBuilder.recordBytesMax);
      const bytes = sizes.reduce((sum, size) => sum + size, 0);
      const appendAll = (): void => {
        let takenBytes = bytes;
        try {
          for (let index = 0; index < inits.length; index++) {
            const recordBytes = sizes[index]!;
            takenBytes -= recordBytes;
            this.#append(topic, inits[index]!, records[index]!.partition, recordBytes, delivery, index);
          }
        } catch (error) {
          this.#memory.release(takenBytes);
          throw error;
        }
      };
      if (this.#mayAppend(topic, bytes)) appendAll();
      else this.#later(topic, bytes, appendAll).catch(reject);
    });
  }

  /** How many partitions the topic has; undefined until something was sent to it. */
  partitionCount(topic: string): number | undefined {
    return this.#cluster.metadata.topic(topic)?.partitions.length;
  }

  /** Sets how the records of one topic find a partition, in place of the producer's partitioner. */
  usePartitioner(topic: string, partitioner: Partitioner): void {
    this.#accumulator.usePartitioner(topic, partitioner);
  }

  /**
   * Adds schemas that this producer writes a topic with, for others to see in the description of the topic's
   * producers: tools can then tell whom a change of schema concerns. Brokers that do not know of declarations ignore
   * them. Typed producers declare theirs.
   *
   * @throws LetterpressError `INVALID_ARGUMENT` for an id or a fingerprint that is none.
   */
  declareWriterSchemas(topic: string, schemas: readonly WriterDeclaration[]): void {
    this.#writers.declare(topic, schemas);
  }

  /** Resolves when everything sent so far is acknowledged or has failed; lingering is cut short. */
  async flush(): Promise<void> {
    await Promise.allSettled(this.#queued.values());
    await this.#sender.flush();
  }

  /** Flushes, for at most `timeoutMs` (default 30,000), and closes. What is not acknowledged then fails with `CLOSED`. */
  close(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    this.#closed ??= this.#close(options.timeoutMs ?? CLOSE_TIMEOUT_MS);
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Puts a record, whose memory is taken, into its batch. A record that cannot go there gives the memory back. */
  #append(
    topic: string,
    init: RecordInit,
    partition: number | undefined,
    bytes: number,
    delivery: Delivery,
    index: number,
  ): void {
    try {
      const metadata = this.#cluster.metadata.topic(topic)!;
      this.#accumulator.append(metadata, init, partition, bytes, delivery, index);
    } catch (error) {
      this.#memory.release(bytes);
      throw error;
    }
  }

  /** The fast path: the topic is known, nobody waits, and there is memory, which is taken. */
  #mayAppend(topic: string, bytes: number): boolean {
    if (this.#closed !== undefined || this.#closing.signal.aborted) throw closedError();
    if (bytes > this.#memory.limitBytes) {
      throw new LetterpressError(
        "RECORD_TOO_LARGE",
        `${bytes} bytes in one call are more than bufferMemoryBytes (${this.#memory.limitBytes})`,
        { topic },
      );
    }
    return (
      this.#cluster.metadata.topic(topic) !== undefined &&
      !this.#queued.has(topic) &&
      this.#memory.tryTake(bytes)
    );
  }

  /** Runs `append` when the topic is known and memory is free, behind earlier calls for the topic. */
  #later(topic: string, bytes: number, append: () => void): Promise<void> {
    const { signal } = this.#closing;
    const previous = this.#queued.get(topic);
    const run = async (): Promise<void> => {
      await previous?.catch(() => undefined);
      await this.#cluster.topic(topic, signal);
      await this.#memory.take(bytes, signal);
      append();
    };
    const turn = run();
    this.#queued.set(topic, turn);
    const done = (): void => {
      if (this.#queued.get(topic) === turn) this.#queued.delete(topic);
    };
    turn.then(done, done);
    return turn;
  }

  async #close(timeoutMs: number): Promise<void> {
    const { promise: timedOut, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, timeoutMs);
    await Promise.race([this.flush(), timedOut]);
    clearTimeout(timer);
    this.#shutDown("CLOSED", "the producer was closed");
  }

  #shutDown(code: "ABORTED" | "CLOSED", message: string): void {
    const error = new LetterpressError(code, message);
    this.#closing.abort(error);
    this.#sender.close(error);
    this.#onClosed();
  }
}

function closedError(): LetterpressError {
  return new LetterpressError("CLOSED", "the producer is closed");
}
