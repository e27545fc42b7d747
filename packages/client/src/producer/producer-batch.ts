import {
  type CompressionName,
  openRecords,
  RecordBatchBuilder,
  type RecordInit,
  readBatchHeader,
  stampProducer,
} from "@letterpress/wire";
import { LetterpressError } from "../letterpress-error.ts";
import type { Delivery, Stored } from "./delivery.ts";
import { NO_IDENTITY, type ProducerIdentity } from "./producer-identity.ts";

/** Consecutive records of a batch that belong to one call, in the order of the call. */
interface Run {
  readonly delivery: Delivery;
  /** The index of the first record in its call. */
  readonly index: number;
  /** The index of the first record in the batch. */
  readonly position: number;
  count: number;
}

/** A record that the broker refused, by its index in the batch. */
export interface BatchFault {
  readonly position: number;
  readonly message: string;
}

const NO_SEQUENCE = -1;

/** A record batch on its way: it collects records, is closed when it is first sent, and lives until it is settled. */
export class ProducerBatch {
  /** On the clock of `performance.now()`. */
  readonly createdAtMs: number;
  /** Batches of a partition are stored in ascending order of this number. */
  readonly order: number;
  /** The memory the producer's budget lent to it. */
  budgetBytes = 0;
  /** The sequence of the first record under `identity`; -1 before it is first sent. */
  baseSequence = NO_SEQUENCE;
  identity: ProducerIdentity = NO_IDENTITY;
  /** How often it was sent. */
  attempts = 0;
  /** The last error that did not end it. */
  lastError: LetterpressError | undefined;
  readonly #runs: Run[] = [];
  readonly #builder: RecordBatchBuilder;
  #bytes: Buffer | undefined;
  #settled: (() => void)[] = [];
  #isSettled = false;

  constructor(capacityBytes: number, createdAtMs: number, order: number) {
    this.#builder = new RecordBatchBuilder(capacityBytes);
    this.createdAtMs = createdAtMs;
    this.order = order;
  }

  get recordCount(): number {
    return this.#builder.recordCount;
  }

  /** Before compression. */
  get sizeBytes(): number {
    return this.#builder.sizeBytes;
  }

  append(record: RecordInit, nowMs: number, delivery: Delivery, index: number): void {
    const position = this.#builder.recordCount;
    this.#builder.append(record, nowMs);
    const last = this.#runs.at(-1);
    if (last !== undefined && last.delivery === delivery && last.index + last.count === index) last.count++;
    else this.#runs.push({ delivery, index, position, count: 1 });
  }

  /** The bytes to send, under the identity and sequence the batch has now. No record may follow. */
  bytes(compression: CompressionName): Buffer {
    const { producerId, producerEpoch } = this.identity;
    const { baseSequence } = this;
    if (this.#bytes === undefined) {
      this.#bytes = this.#builder.build({ compression, producerId, producerEpoch, baseSequence });
    } else {
      stampProducer(this.#bytes, producerId, producerEpoch, baseSequence);
    }
    return this.#bytes;
  }

  stored(stored: Stored): void {
    if (!this.#settle()) return;
    for (const { delivery, index, count, position } of this.#runs) {
      delivery.stored(index, count, position, stored);
    }
    this.#notify();
  }

  fail(error: LetterpressError): void {
    if (!this.#settle()) return;
    for (const { delivery } of this.#runs) delivery.failed(error);
    this.#notify();
  }

  /**
   * The broker refused some records, and with them the batch. The calls they belong to fail; a batch of all other
   * calls' records is returned, to be sent in place of this one.
   */
  reject(faults: readonly BatchFault[], error: LetterpressError): ProducerBatch | undefined {
    if (faults.length === 0) {
      this.fail(error);
      return undefined;
    }
    if (!this.#settle()) return undefined;
    const refused = new Map<Delivery, { index: number; message: string }[]>();
    for (const { position, message } of faults) {
      const run = this.#runs.findLast((candidate) => candidate.position <= position);
      if (run === undefined || position >= run.position + run.count) continue;
      const records = refused.get(run.delivery) ?? [];
      records.push({ index: run.index + position - run.position, message });
      refused.set(run.delivery, records);
    }
    for (const [delivery, records] of refused) delivery.failed(rejection(error, records));
    const rest = this.#without(refused);
    if (rest === undefined) this.#notify();
    return rest;
  }

  /** Resolves when the batch, or what took its place, is stored or has failed. */
  whenSettled(): Promise<void> {
    if (this.#isSettled) return Promise.resolve();
    return new Promise((resolve) => this.#settled.push(resolve));
  }

  #without(refused: ReadonlyMap<Delivery, unknown>): ProducerBatch | undefined {
    const kept = this.#runs.filter(({ delivery }) => !refused.has(delivery));
    if (kept.length === 0) return undefined;
    const rest = new ProducerBatch(this.sizeBytes, this.createdAtMs, this.order);
    const bytes = this.#bytes!;
    const header = readBatchHeader(bytes);
    const cursor = openRecords(bytes, header);
    for (const run of this.#runs) {
      for (let step = 0; step < run.count && cursor.next(); step++) {
        if (refused.has(run.delivery)) continue;
        const record = {
          key: cursor.key(),
          value: cursor.value(),
          headers: cursor.headers(),
          timestampMs: header.baseTimestampMs + cursor.timestampDelta,
        };
        rest.append(record, record.timestampMs, run.delivery, run.index + step);
      }
    }
    rest.#settled = this.#settled;
    this.#settled = [];
    return rest;
  }

  #settle(): boolean {
    if (this.#isSettled) return false;
    this.#isSettled = true;
    return true;
  }

  #notify(): void {
    for (const listener of this.#settled) listener();
    this.#settled = [];
  }
}

function rejection(error: LetterpressError, records: { index: number; message: string }[]): LetterpressError {
  const { topic, partition, kafkaError, cause } = error;
  const listed = records.map(({ index, message }) => `record ${index}: ${message}`).join("; ");
  const message = `the broker refused ${records.length} record(s) of ${topic}: ${listed}`;
  return new LetterpressError("RECORD_REJECTED", message, { cause, topic, partition, kafkaError, records });
}
