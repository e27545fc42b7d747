import type { Acks, Appended, PartitionLog } from "@letterpress/log";
import { type RecordBatchHeader, readBatchHeader, WireError } from "@letterpress/wire";
import { BrokerError } from "../broker-error.ts";
import { GuardUnavailableError, type RecordFault, type RecordGuard } from "../record-guard.ts";
import type { Topic } from "../topics/topic.ts";
import { fromWireError, openBatch } from "./batch-rules.ts";
import { isRepeated } from "./dead-letter-office.ts";
import type { OpenBatch } from "./open-batch.ts";
import { type PartitionServices, summarizeFaults } from "./partition-services.ts";
import { withoutRecords } from "./without-records.ts";

export interface PartitionAppendOptions {
  readonly acks: Acks;
  /** The epoch the caller believes the partition to be led in. */
  readonly leaderEpoch?: number;
}

/** A partition this broker has open: its log, and what is checked before a batch goes in. */
export class Partition {
  /** The topic as it is now; replaced when its configuration changes. */
  topic: Topic;
  readonly index: number;
  readonly log: PartitionLog;
  readonly #services: PartitionServices;
  /** Settles when every append that waits for the guard has been handed to the log; undefined when none does. */
  #waiting: Promise<unknown> | undefined;

  constructor(topic: Topic, index: number, log: PartitionLog, services: PartitionServices) {
    this.topic = topic;
    this.index = index;
    this.log = log;
    this.#services = services;
  }

  /**
   * Checks one record batch and appends it. Batches are appended in the order of the calls, also where checking
   * one takes time. The buffer belongs to the partition until the promise settles.
   *
   * @throws BrokerError with the records at fault; LogError from the log.
   */
  append(batch: Buffer, options: PartitionAppendOptions): Promise<Appended> {
    let opened: OpenBatch | undefined;
    let header: RecordBatchHeader;
    let faults: readonly RecordFault[] | Promise<readonly RecordFault[]> | undefined;
    try {
      opened = openBatch(batch, this.topic.config, this.#services.now());
      header = opened.header;
      faults = this.#check(opened);
      opened.finish();
    } catch (error) {
      // What the guard is still asking about does not matter any more.
      if (faults instanceof Promise) faults.catch(ignore);
      return Promise.reject(this.#explain(error));
    } finally {
      const close = (): void => opened?.close();
      if (faults instanceof Promise) faults.then(close, close);
      else close();
    }
    if (this.#waiting === undefined && !(faults instanceof Promise) && !this.#setsAside(faults)) {
      try {
        return this.#admit(batch, header, faults, options);
      } catch (error) {
        return Promise.reject(error);
      }
    }
    return this.#appendLater(batch, header, faults, options);
  }

  #check(opened: OpenBatch) {
    const guard: RecordGuard | undefined = this.#services.guard();
    if (guard === undefined || !guard.guards(this.topic.name)) return undefined;
    const { header, bytes } = opened;
    const records = () => opened.records();
    return guard.check({ topic: this.topic.name, partition: this.index, header, bytes, records });
  }

  /** Appends once the guard has decided and everything that came earlier has been handed to the log. */
  #appendLater(
    batch: Buffer,
    header: RecordBatchHeader,
    faults: readonly RecordFault[] | Promise<readonly RecordFault[]> | undefined,
    options: PartitionAppendOptions,
  ): Promise<Appended> {
    const earlier = this.#waiting;
    const decided = Promise.resolve(faults);
    // Both are awaited, so that a refusal leaves no promise without a handler.
    const turn = Promise.allSettled([decided, earlier]).then(async ([decision]) => {
      if (decision.status === "rejected") throw this.#explain(decision.reason);
      const faults = decision.value;
      const rest = this.#setsAside(faults) ? await this.#setAside(batch, header, faults) : batch;
      // The log's own promise is wrapped: the next batch follows when this one is handed over, not when it is durable.
      return {
        appended: this.#admit(rest, rest === batch ? header : readBatchHeader(rest), faults, options),
      };
    });
    const settled = turn.then(ignore, ignore);
    this.#waiting = settled;
    settled.then(() => {
      if (this.#waiting === settled) this.#waiting = undefined;
    });
    return turn.then(({ appended }) => appended);
  }

  #setsAside(faults: readonly RecordFault[] | undefined): faults is readonly RecordFault[] {
    if (faults === undefined || faults.length === 0) return false;
    return this.topic.config["letterpress.schema.violation"] === "dead-letter";
  }

  /**
   * The batch without its records at fault, once those are durable among the dead letters. A crash in between leaves dead
   * letters whose batch its producer sends again, so that they come twice; none is ever lost.
   */
  async #setAside(batch: Buffer, header: RecordBatchHeader, faults: readonly RecordFault[]): Promise<Buffer> {
    const { deadLetters, now } = this.#services;
    if (!isRepeated(this.log, header)) {
      const place = { topic: this.topic.name, partition: this.index, baseOffset: this.log.endOffset };
      await deadLetters.store(this.topic, { ...place, header, bytes: batch, faults }, now());
    }
    return withoutRecords(batch, header, new Set(faults.map(({ index }) => index)));
  }

  #admit(
    batch: Buffer,
    header: RecordBatchHeader,
    faults: readonly RecordFault[] | undefined,
    options: PartitionAppendOptions,
  ): Promise<Appended> {
    const { metrics, logger } = this.#services;
    const topic = this.topic.name;
    if (faults !== undefined && faults.length > 0) {
      for (const fault of faults) metrics.recordRejected(topic, fault.reason);
      const error = summarizeFaults(faults);
      if (this.topic.config["letterpress.schema.violation"] === "reject") throw error;
      logger.warn({ topic, partition: this.index, faults: faults.length }, error.message);
    }
    metrics.recordsIn(topic, header.recordCount, header.sizeBytes);
    const stampsAppendTime = this.topic.config["message.timestamp.type"] === "LogAppendTime";
    return this.log.append(batch, {
      acks: options.acks,
      ...(options.leaderEpoch === undefined ? {} : { leaderEpoch: options.leaderEpoch }),
      ...(stampsAppendTime ? { logAppendTimeMs: this.#services.now() } : {}),
    });
  }

  #explain(error: unknown): unknown {
    if (error instanceof WireError) return this.#explain(fromWireError(error));
    if (error instanceof GuardUnavailableError) {
      return new BrokerError(
        "REQUEST_TIMED_OUT",
        `schemas cannot be checked now, try again: ${error.message}`,
        {
          cause: error,
        },
      );
    }
    if (error instanceof BrokerError) this.#services.metrics.recordRejected(this.topic.name, error.code);
    return error;
  }
}

const ignore = (): void => {};
