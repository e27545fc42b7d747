import { ERRORS, errorByCode, type Produce, type ResponseOf } from "@letterpress/protocol";
import { backoffMs } from "../backoff.ts";
import { brokerError } from "../broker-error.ts";
import { LetterpressError } from "../letterpress-error.ts";
import type { MetadataCache } from "../metadata/metadata-cache.ts";
import type { MemoryBudget } from "./memory-budget.ts";
import type { PartitionQueue } from "./partition-queue.ts";
import type { ProducerBatch } from "./producer-batch.ts";
import type { ResolvedProducerOptions } from "./resolved-options.ts";

type PartitionResponse = ResponseOf<typeof Produce>["responses"][number]["partitionResponses"][number];

/** One batch of a request. */
export interface Entry {
  readonly queue: PartitionQueue;
  readonly batch: ProducerBatch;
}

/** Errors that say that another broker leads the partition, or may. */
const LEADERSHIP_ERRORS: ReadonlySet<number> = new Set([
  ERRORS.UNKNOWN_TOPIC_OR_PARTITION.code,
  ERRORS.LEADER_NOT_AVAILABLE.code,
  ERRORS.NOT_LEADER_OR_FOLLOWER.code,
  ERRORS.KAFKA_STORAGE_ERROR.code,
  ERRORS.FENCED_LEADER_EPOCH.code,
  ERRORS.UNKNOWN_LEADER_EPOCH.code,
]);
/** Errors that say that the broker does not know the sequences in front of a batch. */
const LOST_STATE_ERRORS: ReadonlySet<number> = new Set([
  ERRORS.OUT_OF_ORDER_SEQUENCE_NUMBER.code,
  ERRORS.UNKNOWN_PRODUCER_ID.code,
  ERRORS.INVALID_PRODUCER_EPOCH.code,
]);

/**
 * Decides what becomes of a batch that was sent: stored, to be sent again, or failed. What it does not know it leaves
 * to the retry, which an idempotent producer may repeat safely.
 */
export class Settlement {
  readonly #metadata: MetadataCache;
  readonly #options: ResolvedProducerOptions;
  readonly #memory: MemoryBudget;
  readonly #onStaleMetadata: () => void;

  /** `onStaleMetadata` is called when leaders may have moved. */
  constructor(
    metadata: MetadataCache,
    options: ResolvedProducerOptions,
    memory: MemoryBudget,
    onStaleMetadata: () => void,
  ) {
    this.#metadata = metadata;
    this.#options = options;
    this.#memory = memory;
    this.#onStaleMetadata = onStaleMetadata;
  }

  /** The broker answered. */
  answered(entries: readonly Entry[], response: ResponseOf<typeof Produce>): void {
    const answers = new Map<string, PartitionResponse>();
    for (const { name, partitionResponses } of response.responses) {
      for (const answer of partitionResponses) answers.set(`${answer.index} ${name}`, answer);
    }
    for (const broker of response.nodeEndpoints) this.#metadata.setBroker(broker);
    for (const entry of entries) {
      const { topic, partition } = entry.queue;
      const answer = answers.get(`${partition} ${topic}`);
      if (answer === undefined) {
        const message = `the broker left ${topic}-${partition} out of its answer`;
        this.drop(entry, new LetterpressError("PROTOCOL_VIOLATION", message, { topic, partition }), false);
      } else if (answer.errorCode === 0 || answer.errorCode === ERRORS.DUPLICATE_SEQUENCE_NUMBER.code) {
        this.complete(entry, answer.baseOffset, answer.logAppendTimeMs);
      } else {
        this.#refused(entry, answer);
      }
    }
  }

  #refused(entry: Entry, answer: PartitionResponse): void {
    const { queue, batch } = entry;
    const { topic, partition } = queue;
    const { errorCode } = answer;
    const error = brokerError(errorCode, `cannot produce to ${topic}-${partition}`, {
      topic,
      partition,
      brokerMessage: answer.errorMessage,
    });
    if (errorCode === ERRORS.INVALID_RECORD.code) {
      this.#reject(entry, answer, error);
    } else if (LOST_STATE_ERRORS.has(errorCode) && this.#options.isIdempotent) {
      if (!queue.hasOlder(batch)) queue.requireRenumbering();
      this.#retry(entry, error, 0);
    } else if (errorByCode(errorCode).retriable) {
      if (LEADERSHIP_ERRORS.has(errorCode)) {
        const { leaderId, leaderEpoch } = answer.currentLeader;
        if (!this.#metadata.setLeader(topic, partition, leaderId, leaderEpoch)) this.#onStaleMetadata();
      }
      this.#retry(entry, error, backoffMs(batch.attempts));
    } else {
      this.drop(entry, error, true);
    }
  }

  #reject(entry: Entry, answer: PartitionResponse, error: LetterpressError): void {
    const { queue, batch } = entry;
    const faults = answer.recordErrors.map(({ batchIndex, batchIndexErrorMessage }) => ({
      position: batchIndex,
      message: batchIndexErrorMessage ?? error.message,
    }));
    queue.drop(batch, true);
    const rest = batch.reject(faults, error);
    if (rest === undefined) {
      this.#memory.release(batch.budgetBytes);
      return;
    }
    rest.budgetBytes = batch.budgetBytes;
    queue.replace(rest);
  }

  /** The batch is stored, or was handed over without asking for more. */
  complete({ queue, batch }: Entry, baseOffset: bigint, logAppendTimeMs: bigint): void {
    queue.complete(batch);
    const { topic, partition } = queue;
    batch.stored({ topic, partition, baseOffset, logAppendTimeMs: Number(logAppendTimeMs) });
    this.#memory.release(batch.budgetBytes);
  }

  /** The request got no answer: its batches may be stored or not. */
  lost(entries: readonly Entry[], error: LetterpressError): void {
    const isRetriable = error.retriable && this.#options.acks !== 0;
    if (isRetriable) this.#onStaleMetadata();
    for (const entry of entries) {
      if (isRetriable) this.#retry(entry, error, backoffMs(entry.batch.attempts));
      else this.drop(entry, error, false);
    }
  }

  #retry(entry: Entry, error: LetterpressError, pauseMs: number): void {
    const { queue, batch } = entry;
    batch.lastError = error;
    const nowMs = performance.now();
    if (nowMs - batch.createdAtMs > this.#options.deliveryTimeoutMs) {
      this.drop(entry, timedOut(queue, batch, this.#options.deliveryTimeoutMs), false);
    } else {
      queue.retry(batch, nowMs + pauseMs);
    }
  }

  /** The batch fails; `isCertain` when the broker has not stored it. */
  drop({ queue, batch }: Entry, error: LetterpressError, isCertain: boolean): void {
    queue.drop(batch, isCertain);
    batch.fail(error);
    this.#memory.release(batch.budgetBytes);
  }

  /** Fails the batches of a queue that have waited too long; those in flight have their request's timeout. */
  expire(queue: PartitionQueue): void {
    if (queue.inFlightCount > 0) return;
    const { deliveryTimeoutMs } = this.#options;
    const oldestMs = performance.now() - deliveryTimeoutMs;
    for (const batch of [...queue.batches()]) {
      if (batch.createdAtMs > oldestMs) break;
      this.drop({ queue, batch }, timedOut(queue, batch, deliveryTimeoutMs), batch.attempts === 0);
    }
  }
}

function timedOut(queue: PartitionQueue, batch: ProducerBatch, timeoutMs: number): LetterpressError {
  const { topic, partition } = queue;
  const reason = batch.lastError === undefined ? "" : `; the last error was: ${batch.lastError.message}`;
  return new LetterpressError(
    "DELIVERY_TIMEOUT",
    `records of ${topic}-${partition} were not acknowledged within ${timeoutMs} ms${reason}`,
    { topic, partition, retriable: true, cause: batch.lastError },
  );
}
