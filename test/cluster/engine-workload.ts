import { setTimeout as delay } from "node:timers/promises";
import {
  type LogConfig,
  type LogEngine,
  LogError,
  logConfig,
  type PartitionId,
  type PartitionLog,
} from "@letterpress/log";
import { batchOf, partitionOf, readAll, recordsOf } from "@letterpress/log/testing";
import { type BatchOptions, encodeRecordBatch } from "@letterpress/wire";
import type { History, Seen } from "./history.ts";

const IN_FLIGHT = 4;
const RECORDS_PER_BATCH = 3;
const RETRY_MS = 50;
const READ_BYTES = 64 * 1024;
const CONFIG = logConfig();
/** Every record has a key of its own: compaction moves all of them and may remove none. */
const COMPACTED = logConfig({ segmentBytes: 20_000, cleanupPolicy: { delete: false, compact: true } });
const COMPACT_MS = 200;

/** After these a log has to be opened again; other failures pass. */
const MOVED: ReadonlySet<string> = new Set(["NOT_LEADER", "CLOSED"]);

interface Batch {
  readonly values: readonly string[];
  readonly baseSequence: number;
}

/**
 * One partition under load: an idempotent producer that sends every batch again until it is acknowledged, as clients do,
 * and a consumer. Both go to whichever engine leads the partition at the time.
 */
export class PartitionWorkload {
  readonly id: PartitionId;
  readonly #history: History;
  readonly #config: LogConfig;
  /** The log that each engine opened last: an engine that leads again has to close it first. */
  readonly #logs = new Map<LogEngine, PartitionLog>();
  #opening: Promise<PartitionLog> | undefined;
  #engine: LogEngine;
  #next = 0;
  #acknowledged = 0;
  #lastError: LogError | undefined;
  #isStopping = false;
  #running: Promise<unknown> = Promise.resolve();

  /** @param isCompacted whether the log is compacted all the while. */
  constructor(partition: number, engine: LogEngine, history: History, isCompacted = false) {
    this.#config = isCompacted ? COMPACTED : CONFIG;
    this.id = partitionOf("faults", partition);
    this.#engine = engine;
    this.#history = history;
  }

  /** How many batches were acknowledged. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** Why an append was refused last, for who waits for one in vain. */
  get lastError(): string {
    return `${this.id.partition}: ${this.#lastError?.code} ${this.#lastError?.message}`;
  }

  start(): void {
    this.#running = Promise.all([this.#produce(), this.#consume(), this.#compact()]);
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#running;
  }

  /** From the next call on another engine leads; the one before is not told, like a broker that was paused. */
  moveTo(engine: LogEngine): void {
    this.#engine = engine;
    this.#opening = undefined;
  }

  /** Everything the partition holds, read by a leader that has just taken over. */
  async final(engine: LogEngine): Promise<Seen[]> {
    const log = await engine.open(this.id, this.#config);
    const records = await readAll(log);
    await log.close();
    return records.map(({ offset, value }) => this.#seen(Number(offset), value));
  }

  #seen(offset: number, value: string): Seen {
    return { partition: this.id.partition, offset, value };
  }

  #leader(): Promise<PartitionLog> {
    this.#opening ??= this.#open(this.#engine);
    return this.#opening;
  }

  async #open(engine: LogEngine): Promise<PartitionLog> {
    await this.#logs.get(engine)?.close();
    const log = await engine.open(this.id, this.#config);
    this.#logs.set(engine, log);
    return log;
  }

  /** Opens anew, unless that has been begun since `failed`. */
  #reopen(failed: Promise<PartitionLog>): void {
    if (this.#opening === failed) this.#opening = undefined;
  }

  async #produce(): Promise<void> {
    // Of a producer that nothing is known of, any batch may be the first: so the first one goes alone.
    await this.#send(this.#nextBatch());
    const inFlight: Promise<void>[] = [];
    while (!this.#isStopping) {
      const batch = this.#nextBatch();
      // Batches of one producer are appended in order; the next one starts when this one has been handed over.
      inFlight.push(this.#send(batch));
      if (inFlight.length >= IN_FLIGHT) await Promise.all(inFlight.splice(0));
    }
    await Promise.all(inFlight);
  }

  #nextBatch(): Batch {
    const first = this.#next;
    this.#next += RECORDS_PER_BATCH;
    const { partition } = this.id;
    const values = Array.from({ length: RECORDS_PER_BATCH }, (_, index) => `p${partition}/${first + index}`);
    for (const value of values) this.#history.sent(partition, value);
    return { values, baseSequence: first };
  }

  /** A batch that overtook one that has to be sent again is out of order, and is sent again behind it. */
  async #send({ values, baseSequence }: Batch): Promise<void> {
    for (;;) {
      const leader = this.#leader();
      try {
        const log = await leader;
        const producer = { producerId: BigInt(this.id.partition), producerEpoch: 0, baseSequence };
        const { baseOffset } = await log.append(this.#encode(values, producer));
        values.forEach((value, index) => {
          this.#history.acknowledged(this.#seen(Number(baseOffset) + index, value));
        });
        this.#acknowledged++;
        return;
      } catch (error) {
        if (!(error instanceof LogError)) throw error;
        this.#lastError = error;
        if (MOVED.has(error.code)) this.#reopen(leader);
        await delay(RETRY_MS);
      }
    }
  }

  #encode(values: readonly string[], producer: BatchOptions): Buffer {
    if (!this.#config.cleanupPolicy.compact) return batchOf(values, Date.now(), producer);
    const records = values.map((value) => ({ key: Buffer.from(value), value: Buffer.from(value) }));
    return encodeRecordBatch(records, producer);
  }

  async #compact(): Promise<void> {
    while (this.#config.cleanupPolicy.compact && !this.#isStopping) {
      await delay(COMPACT_MS);
      try {
        const log = await this.#leader();
        await log.enforceRetention(Date.now());
      } catch (error) {
        // Tried again, by whoever leads then.
        if (!(error instanceof LogError)) throw error;
      }
    }
  }

  async #consume(): Promise<void> {
    let next = 0n;
    while (!this.#isStopping) {
      try {
        const log = await this.#leader();
        const read = recordsOf(await log.read(next, READ_BYTES)).filter(({ offset }) => offset >= next);
        this.#history.polled(
          `c${this.id.partition}`,
          read.map(({ offset, value }) => this.#seen(Number(offset), value)),
        );
        next = (read.at(-1)?.offset ?? next - 1n) + 1n;
        if (read.length === 0) await delay(RETRY_MS);
      } catch (error) {
        // A leader that has just taken over has everything; one that was just fenced may be behind what was read.
        if (!(error instanceof LogError)) throw error;
        await delay(RETRY_MS);
      }
    }
  }
}
