import { ERRORS, errorByCode, Produce, type ResponseOf } from "@letterpress/protocol";
import { backoffMs } from "../backoff.ts";
import { brokerError } from "../broker-error.ts";
import { BrokerPool } from "../connection/broker-pool.ts";
import { LetterpressError } from "../letterpress-error.ts";
import type { Cluster } from "../metadata/cluster.ts";
import { IdentitySource } from "./identity-source.ts";
import type { MemoryBudget } from "./memory-budget.ts";
import type { PartitionQueue } from "./partition-queue.ts";
import type { ProducerBatch } from "./producer-batch.ts";
import { NO_IDENTITY } from "./producer-identity.ts";
import type { ResolvedProducerOptions } from "./resolved-options.ts";

type PartitionResponse = ResponseOf<typeof Produce>["responses"][number]["partitionResponses"][number];

/** One batch of a request. */
interface Entry {
  readonly queue: PartitionQueue;
  readonly batch: ProducerBatch;
}

interface PendingRequest {
  readonly entries: Entry[];
  sizeBytes: number;
}

const EXPIRY_CHECK_MS = 500;
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
 * Sends the batches of all partitions to their leaders. One request carries at most one batch of a partition, and
 * a broker has a bounded number of requests in flight; meanwhile later records gather into larger batches.
 */
export class Sender {
  readonly #cluster: Cluster;
  readonly #options: ResolvedProducerOptions;
  readonly #memory: MemoryBudget;
  readonly #onBatchClosed: (queue: PartitionQueue) => void;
  readonly #pool: BrokerPool;
  readonly #closing = new AbortController();
  readonly #identities: IdentitySource;
  /** The queues that have something to send or in flight. */
  readonly #active = new Set<PartitionQueue>();
  readonly #inFlightByNode = new Map<number, number>();
  #isScheduled = false;
  #timer: NodeJS.Timeout | undefined;
  #expiryTimer: NodeJS.Timeout | undefined;
  #isRefreshing = false;
  #flushing = 0;

  constructor(
    cluster: Cluster,
    options: ResolvedProducerOptions,
    memory: MemoryBudget,
    onBatchClosed: (queue: PartitionQueue) => void,
  ) {
    this.#cluster = cluster;
    this.#options = options;
    this.#memory = memory;
    this.#onBatchClosed = onBatchClosed;
    this.#pool = new BrokerPool(cluster.options);
    this.#identities = new IdentitySource(cluster, this.#closing.signal);
  }

  /** A queue has a new record. What is added in the same turn of the event loop leaves together. */
  wake(queue: PartitionQueue): void {
    this.#active.add(queue);
    this.#schedule();
    this.#expiryTimer ??= setInterval(() => this.#expire(), EXPIRY_CHECK_MS).unref();
  }

  /** Sends everything without lingering; resolves when all of it is settled. */
  async flush(): Promise<void> {
    this.#flushing++;
    this.#schedule();
    const batches = [...this.#active].flatMap((queue) => [...queue.batches()]);
    await Promise.all(batches.map((batch) => batch.whenSettled()));
    this.#flushing--;
  }

  /** Fails what is not settled and closes the connections. */
  close(error: LetterpressError): void {
    this.#closing.abort();
    clearTimeout(this.#timer);
    clearInterval(this.#expiryTimer);
    this.#pool.close();
    for (const queue of this.#active) {
      for (const batch of [...queue.batches()]) {
        batch.fail(error);
        this.#memory.release(batch.budgetBytes);
      }
    }
    this.#active.clear();
  }

  #schedule(): void {
    if (this.#isScheduled || this.#closing.signal.aborted) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#drain();
    });
  }

  #drain(): void {
    if (this.#closing.signal.aborted || !this.#identify()) return;
    for (;;) {
      const requests = this.#gather();
      if (requests.size === 0) return;
      for (const [nodeId, { entries }] of requests) void this.#send(nodeId, entries);
    }
  }

  /** Gives an identity to the queues that need one; false when nothing can be sent before it is there. */
  #identify(): boolean {
    if (!this.#options.isIdempotent) return true;
    for (const queue of this.#active) {
      if (queue.identity !== NO_IDENTITY && !queue.wantsNewIdentity) continue;
      const identity =
        queue.identity === NO_IDENTITY
          ? this.#identities.current
          : this.#identities.newerThan(queue.identity);
      if (identity === undefined) {
        this.#identities.acquire().then(
          () => this.#schedule(),
          (error: LetterpressError) => this.#failAll(error),
        );
        return false;
      }
      queue.renumber(identity);
    }
    return true;
  }

  /** Takes the batches that may leave now, by the node that leads their partition. */
  #gather(): Map<number, PendingRequest> {
    const { inFlightBatchesMax, inFlightRequestsMax, lingerMs, requestBytes } = this.#options;
    const requests = new Map<number, PendingRequest>();
    const nowMs = performance.now();
    let earliestMs = Number.POSITIVE_INFINITY;
    let needsRefresh = false;
    const taken: PartitionQueue[] = [];
    for (const queue of this.#active) {
      const readyAtMs = queue.readyAtMs(inFlightBatchesMax, this.#flushing > 0 ? 0 : lingerMs);
      if (readyAtMs > nowMs) {
        earliestMs = Math.min(earliestMs, readyAtMs);
        continue;
      }
      const batch = queue.peek();
      if (batch === undefined) continue;
      const leaderId = this.#cluster.metadata.partition(queue.topic, queue.partition)?.leaderId ?? -1;
      if (leaderId < 0 || this.#cluster.metadata.broker(leaderId) === undefined) {
        needsRefresh = true;
        continue;
      }
      if ((this.#inFlightByNode.get(leaderId) ?? 0) >= inFlightRequestsMax) continue;
      const request = requests.get(leaderId);
      if (request !== undefined && request.sizeBytes + batch.sizeBytes > requestBytes) continue;
      queue.take();
      if (batch.attempts === 1) this.#onBatchClosed(queue);
      taken.push(queue);
      if (request === undefined) {
        requests.set(leaderId, { entries: [{ queue, batch }], sizeBytes: batch.sizeBytes });
      } else {
        request.entries.push({ queue, batch });
        request.sizeBytes += batch.sizeBytes;
      }
    }
    // Whoever was served goes to the end of the line.
    for (const queue of taken) {
      this.#active.delete(queue);
      this.#active.add(queue);
    }
    if (needsRefresh) this.#refresh();
    if (earliestMs !== Number.POSITIVE_INFINITY) this.#wakeAt(earliestMs - nowMs);
    return requests;
  }

  async #send(nodeId: number, entries: readonly Entry[]): Promise<void> {
    const { acks, compression, requestTimeoutMs } = this.#options;
    this.#inFlightByNode.set(nodeId, (this.#inFlightByNode.get(nodeId) ?? 0) + 1);
    try {
      const connection = await this.#pool.connection(this.#cluster.metadata.broker(nodeId)!);
      const body = { acks, timeoutMs: requestTimeoutMs, topicData: topicData(entries, compression) };
      if (acks === 0) {
        connection.sendOnly(Produce, body);
        for (const entry of entries) this.#complete(entry, -1n, -1n);
      } else {
        const response = await connection.request(Produce, body, { timeoutMs: requestTimeoutMs });
        this.#handle(entries, response);
      }
    } catch (error) {
      this.#lost(entries, LetterpressError.from(error));
    } finally {
      this.#inFlightByNode.set(nodeId, this.#inFlightByNode.get(nodeId)! - 1);
      for (const { queue } of entries) {
        if (queue.isEmpty && queue.inFlightCount === 0 && !queue.wantsNewIdentity) this.#active.delete(queue);
      }
      this.#schedule();
    }
  }

  #handle(entries: readonly Entry[], response: ResponseOf<typeof Produce>): void {
    const answers = new Map<string, PartitionResponse>();
    for (const { name, partitionResponses } of response.responses) {
      for (const answer of partitionResponses) answers.set(`${answer.index} ${name}`, answer);
    }
    for (const broker of response.nodeEndpoints) this.#cluster.metadata.setBroker(broker);
    for (const entry of entries) {
      const { topic, partition } = entry.queue;
      const answer = answers.get(`${partition} ${topic}`);
      if (answer === undefined) {
        const message = `the broker left ${topic}-${partition} out of its answer`;
        this.#drop(entry, new LetterpressError("PROTOCOL_VIOLATION", message, { topic, partition }), false);
      } else if (answer.errorCode === 0 || answer.errorCode === ERRORS.DUPLICATE_SEQUENCE_NUMBER.code) {
        this.#complete(entry, answer.baseOffset, answer.logAppendTimeMs);
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
        if (!this.#cluster.metadata.setLeader(topic, partition, leaderId, leaderEpoch)) this.#refresh();
      }
      this.#retry(entry, error, backoffMs(batch.attempts));
    } else {
      this.#drop(entry, error, true);
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

  #complete({ queue, batch }: Entry, baseOffset: bigint, logAppendTimeMs: bigint): void {
    queue.complete(batch);
    const { topic, partition } = queue;
    batch.stored({ topic, partition, baseOffset, logAppendTimeMs: Number(logAppendTimeMs) });
    this.#memory.release(batch.budgetBytes);
  }

  /** The request got no answer: its batches may be stored or not. */
  #lost(entries: readonly Entry[], error: LetterpressError): void {
    const isRetriable = error.retriable && !this.#closing.signal.aborted && this.#options.acks !== 0;
    if (isRetriable) this.#refresh();
    for (const entry of entries) {
      if (isRetriable) this.#retry(entry, error, backoffMs(entry.batch.attempts));
      else this.#drop(entry, error, false);
    }
  }

  #retry(entry: Entry, error: LetterpressError, pauseMs: number): void {
    const { queue, batch } = entry;
    batch.lastError = error;
    const nowMs = performance.now();
    if (nowMs - batch.createdAtMs > this.#options.deliveryTimeoutMs) {
      this.#drop(entry, timedOut(queue, batch, this.#options.deliveryTimeoutMs), false);
    } else {
      queue.retry(batch, nowMs + pauseMs);
      this.#active.add(queue);
    }
  }

  #drop({ queue, batch }: Entry, error: LetterpressError, isCertain: boolean): void {
    queue.drop(batch, isCertain);
    batch.fail(error);
    this.#memory.release(batch.budgetBytes);
  }

  #failAll(error: LetterpressError): void {
    for (const queue of this.#active) {
      for (const batch of [...queue.batches()]) this.#drop({ queue, batch }, error, false);
    }
    this.#active.clear();
  }

  /** Fails the batches that have waited too long; those in flight have their request's timeout. */
  #expire(): void {
    if (this.#active.size === 0) {
      clearInterval(this.#expiryTimer);
      this.#expiryTimer = undefined;
      return;
    }
    const { deliveryTimeoutMs } = this.#options;
    const oldestMs = performance.now() - deliveryTimeoutMs;
    for (const queue of this.#active) {
      if (queue.inFlightCount > 0) continue;
      for (const batch of [...queue.batches()]) {
        if (batch.createdAtMs > oldestMs) break;
        this.#drop({ queue, batch }, timedOut(queue, batch, deliveryTimeoutMs), batch.attempts === 0);
      }
      if (queue.isEmpty && !queue.wantsNewIdentity) this.#active.delete(queue);
    }
  }

  #refresh(): void {
    if (this.#isRefreshing) return;
    this.#isRefreshing = true;
    const done = (): void => {
      this.#isRefreshing = false;
      this.#wakeAt(backoffMs(1));
    };
    this.#cluster.refresh().then(done, done);
  }

  #wakeAt(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#schedule(), Math.max(1, delayMs));
  }
}

function topicData(entries: readonly Entry[], compression: ResolvedProducerOptions["compression"]) {
  const topics = new Map<string, { index: number; records: Buffer }[]>();
  for (const { queue, batch } of entries) {
    const partition = { index: queue.partition, records: batch.bytes(compression) };
    const partitions = topics.get(queue.topic);
    if (partitions === undefined) topics.set(queue.topic, [partition]);
    else partitions.push(partition);
  }
  return [...topics].map(([name, partitionData]) => ({ name, partitionData }));
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
