import { Produce } from "@letterpress/protocol";
import { backoffMs } from "../backoff.ts";
import { BrokerPool } from "../connection/broker-pool.ts";
import { LetterpressError } from "../letterpress-error.ts";
import type { Cluster } from "../metadata/cluster.ts";
import { SlowRequests } from "../metadata/slow-requests.ts";
import { IdentitySource } from "./identity-source.ts";
import type { MemoryBudget } from "./memory-budget.ts";
import type { PartitionQueue } from "./partition-queue.ts";
import { produceTopics } from "./produce-topics.ts";
import { NO_IDENTITY } from "./producer-identity.ts";
import type { ResolvedProducerOptions } from "./resolved-options.ts";
import { type Entry, Settlement } from "./settlement.ts";
import type { WriterSchemas } from "./writer-schemas.ts";

interface PendingRequest {
  readonly entries: Entry[];
  sizeBytes: number;
}

const EXPIRY_CHECK_MS = 500;
/**
 * Sends the batches of all partitions to their leaders. One request carries at most one batch of a partition, and
 * a broker has a bounded number of requests in flight; meanwhile later records gather into larger batches.
 */
export class Sender {
  readonly #cluster: Cluster;
  readonly #options: ResolvedProducerOptions;
  readonly #memory: MemoryBudget;
  readonly #writers: WriterSchemas;
  readonly #onBatchClosed: (queue: PartitionQueue) => void;
  readonly #pool: BrokerPool;
  readonly #closing = new AbortController();
  readonly #identities: IdentitySource;
  readonly #settlement: Settlement;
  readonly #slowRequests: SlowRequests;
  /** The queues that have something to send or in flight. */
  readonly #active = new Set<PartitionQueue>();
  readonly #inFlightByNode = new Map<number, number>();
  #isScheduled = false;
  #timer: NodeJS.Timeout | undefined;
  #expiryTimer: NodeJS.Timeout | undefined;
  #isRefreshing = false;
  /** Refreshes since the last answer of a leader: the pauses between them grow. */
  #refreshCount = 0;
  #flushing = 0;

  constructor(
    cluster: Cluster,
    options: ResolvedProducerOptions,
    memory: MemoryBudget,
    writers: WriterSchemas,
    onBatchClosed: (queue: PartitionQueue) => void,
  ) {
    this.#cluster = cluster;
    this.#options = options;
    this.#memory = memory;
    this.#writers = writers;
    this.#onBatchClosed = onBatchClosed;
    this.#pool = new BrokerPool(cluster.options);
    this.#identities = new IdentitySource(cluster, this.#closing.signal);
    this.#slowRequests = new SlowRequests(cluster);
    this.#settlement = new Settlement(cluster.metadata, options, memory, () => this.#refresh());
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
      const topicData = produceTopics(entries, compression, this.#writers, connection);
      const body = { acks, timeoutMs: requestTimeoutMs, topicData };
      if (acks === 0) {
        connection.sendOnly(Produce, body);
        this.#writers.told(connection, topicData);
        for (const entry of entries) this.#settlement.complete(entry, -1n, -1n);
      } else {
        const stopWatching = this.#slowRequests.watch({
          nodeId,
          partitions: entries.map(({ queue }) => queue),
          leave: () => connection.abandon("another broker leads a partition whose answer is late"),
        });
        const response = await connection
          .request(Produce, body, { timeoutMs: requestTimeoutMs })
          .finally(stopWatching);
        this.#refreshCount = 0;
        this.#writers.told(connection, topicData, response);
        this.#settlement.answered(entries, response);
      }
    } catch (error) {
      this.#settlement.lost(entries, LetterpressError.from(error));
    } finally {
      this.#inFlightByNode.set(nodeId, this.#inFlightByNode.get(nodeId)! - 1);
      for (const { queue } of entries) this.#retireIfIdle(queue);
      this.#schedule();
    }
  }

  #failAll(error: LetterpressError): void {
    for (const queue of this.#active) {
      for (const batch of [...queue.batches()]) this.#settlement.drop({ queue, batch }, error, false);
    }
    this.#active.clear();
  }

  #expire(): void {
    for (const queue of this.#active) {
      this.#settlement.expire(queue);
      this.#retireIfIdle(queue);
    }
    if (this.#active.size > 0) return;
    clearInterval(this.#expiryTimer);
    this.#expiryTimer = undefined;
  }

  #retireIfIdle(queue: PartitionQueue): void {
    if (queue.isEmpty && queue.inFlightCount === 0 && !queue.wantsNewIdentity) this.#active.delete(queue);
  }

  #refresh(): void {
    if (this.#isRefreshing) return;
    this.#isRefreshing = true;
    this.#refreshCount++;
    const done = (): void => {
      this.#isRefreshing = false;
      this.#wakeAt(backoffMs(this.#refreshCount));
    };
    this.#cluster.refresh().then(done, done);
  }

  #wakeAt(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#schedule(), Math.max(1, delayMs));
  }
}
