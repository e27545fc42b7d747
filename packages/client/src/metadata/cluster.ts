import { ERRORS, Metadata, NIL_UUID } from "@letterpress/protocol";
import { backoffMs, delay } from "../backoff.ts";
import type { BrokerAddress, ResolvedClientOptions } from "../client-options.ts";
import { BrokerPool } from "../connection/broker-pool.ts";
import type { Connection } from "../connection/connection.ts";
import { LetterpressError } from "../letterpress-error.ts";
import { MetadataCache } from "./metadata-cache.ts";
import type { TopicMetadata } from "./topic-metadata.ts";

/** Brokers tell what they know at once; one that does not is asked last for a while. */
const METADATA_TIMEOUT_MS = 10_000;
/**
 * A slow answer is no proof, nor one that names no leader: what keeps one broker waiting, or in the dark, may keep all of
 * them, and pass. One that refuses a connection may just be starting.
 */
const SUSPECT_MS = 5_000;
/** A broker that kept its asker waiting for nothing is asked last for as many times as long. */
const SILENCE_FACTOR = 6;
const UNKNOWN_TOPIC = ERRORS.UNKNOWN_TOPIC_OR_PARTITION.name;

/**
 * The cluster as one client sees it: knows the topics in use and their leaders, and keeps that knowledge fresh.
 * Refreshes that are asked for together travel together.
 */
export class Cluster {
  readonly options: ResolvedClientOptions;
  readonly metadata = new MetadataCache();
  readonly #pool: BrokerPool;
  /** Topics that somebody uses: they are part of every refresh. */
  readonly #topics = new Set<string>();
  readonly #closing = new AbortController();
  /** Until when brokers are asked after the others, by address. */
  readonly #deferredUntilMs = new Map<string, number>();
  #refreshing: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** On the clock of `performance.now()`. */
  #answeredAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: ResolvedClientOptions) {
    this.options = options;
    this.#pool = new BrokerPool(options);
  }

  /** A connection for short requests to any broker that can be reached. */
  async any(): Promise<Connection> {
    // In any order: whoever is asked first each time might be the one broker that does not know what the others do.
    const candidates = [...rotated(this.metadata.brokers), ...rotated(this.options.brokers)];
    let failure: unknown;
    for (const address of this.#talkativeFirst(candidates)) {
      this.#throwIfClosed();
      const askedAtMs = performance.now();
      try {
        return await this.#pool.connection(address);
      } catch (error) {
        this.#saidNothing(address, askedAtMs);
        failure = error;
      }
    }
    throw failure;
  }

  /** A connection for short requests to one broker. */
  async node(nodeId: number): Promise<Connection> {
    if (this.metadata.broker(nodeId) === undefined) await this.refresh();
    const broker = this.metadata.broker(nodeId);
    if (broker !== undefined) return this.#pool.connection(broker);
    throw new LetterpressError("CONNECTION_FAILED", `broker ${nodeId} is not part of the cluster`, {
      retriable: true,
    });
  }

  /** A connection for short requests to the controller. */
  async controller(): Promise<Connection> {
    if (this.metadata.controllerId < 0) await this.refresh();
    const { controllerId } = this.metadata;
    return controllerId < 0 ? this.any() : this.node(controllerId);
  }

  /**
   * The metadata of a topic; asked for when it is not known, waiting some time for a new one.
   *
   * @throws LetterpressError `UNKNOWN_TOPIC`, `AUTHORIZATION_FAILED`, or why no broker could be asked.
   */
  async topic(name: string, signal?: AbortSignal): Promise<TopicMetadata> {
    this.#topics.add(name);
    const deadlineMs = performance.now() + this.options.topicWaitMs;
    for (let attempt = 1; ; attempt++) {
      const known = this.metadata.topic(name);
      if (known !== undefined) return known;
      const failure = await this.#tryRefresh(name);
      const topic = this.metadata.topic(name);
      if (topic !== undefined) return topic;
      const mayPass = failure.retriable || failure.code === "UNKNOWN_TOPIC";
      if (!mayPass || performance.now() > deadlineMs) {
        this.#topics.delete(name);
        throw failure;
      }
      await delay(backoffMs(attempt), signal ?? this.#closing.signal);
    }
  }

  /** Asks for all topics in use again. Resolves when an answer that was asked for after this call is there. */
  refresh(): Promise<void> {
    if (this.#refreshing === undefined) return this.#start();
    this.#next ??= this.#refreshing.then(
      () => this.#start(),
      () => this.#start(),
    );
    return this.#next;
  }

  /** Asks again, in the background, when the last answer is older than `ageMs`. */
  refreshIfOlder(ageMs: number): void {
    if (this.#refreshing !== undefined || performance.now() - this.#answeredAtMs < ageMs) return;
    // What cannot be asked now is asked again by the next call.
    this.refresh().catch(() => undefined);
  }

  /** A broker is slow to answer: the others are asked before it for a while. */
  suspect(nodeId: number): void {
    const broker = this.metadata.broker(nodeId);
    if (broker !== undefined) this.#defer(broker, SUSPECT_MS);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#closing.abort();
    this.#pool.close();
  }

  /** Asks once; gives the reason why the topic is not known, if it is not. */
  async #tryRefresh(name: string): Promise<LetterpressError> {
    try {
      await this.refresh();
      const error = this.metadata.errorOf(name);
      if (error !== undefined && error.kafkaError !== UNKNOWN_TOPIC) return error;
      return new LetterpressError(
        "UNKNOWN_TOPIC",
        `topic ${name} does not exist: create it, with "letterpress apply" or "letterpress topic create ${name}"`,
        { topic: name, kafkaError: UNKNOWN_TOPIC },
      );
    } catch (error) {
      return LetterpressError.from(error, "CONNECTION_FAILED");
    }
  }

  #start(): Promise<void> {
    this.#next = undefined;
    this.#refreshing = this.#ask().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #ask(): Promise<void> {
    this.#throwIfClosed();
    const connection = await this.any();
    const { allowAutoTopicCreation, requestTimeoutMs } = this.options;
    const topics = [...this.#topics].map((name) => ({ name, topicId: NIL_UUID }));
    const timeoutMs = Math.min(METADATA_TIMEOUT_MS, requestTimeoutMs);
    const askedAtMs = performance.now();
    try {
      const body = { topics, allowAutoTopicCreation };
      this.metadata.update(await connection.request(Metadata, body, { timeoutMs }));
    } catch (error) {
      this.#saidNothing(connection.address, askedAtMs);
      throw error;
    }
    this.#deferredUntilMs.delete(keyOf(connection.address));
    // It may be cut off from the others, and have nobody but itself to offer.
    if (this.#lacksLeaders()) this.#defer(connection.address, SUSPECT_MS);
    this.#answeredAtMs = performance.now();
    this.#scheduleRefresh();
  }

  #lacksLeaders(): boolean {
    for (const name of this.#topics) {
      if (this.metadata.topic(name)?.partitions.some(({ leaderId }) => leaderId < 0)) return true;
    }
    return false;
  }

  #saidNothing(address: BrokerAddress, askedAtMs: number): void {
    this.#defer(address, Math.max(SUSPECT_MS, SILENCE_FACTOR * (performance.now() - askedAtMs)));
  }

  #defer(address: BrokerAddress, forMs: number): void {
    const untilMs = Math.max(performance.now() + forMs, this.#deferredUntilMs.get(keyOf(address)) ?? 0);
    this.#deferredUntilMs.set(keyOf(address), untilMs);
  }

  /** Those that answer first, then the others, in the order in which they are asked like everybody again. */
  #talkativeFirst(candidates: readonly BrokerAddress[]): readonly BrokerAddress[] {
    if (this.#deferredUntilMs.size === 0) return candidates;
    const nowMs = performance.now();
    const untilMsOf = (address: BrokerAddress): number =>
      Math.max(nowMs, this.#deferredUntilMs.get(keyOf(address)) ?? nowMs);
    return candidates.toSorted((a, b) => untilMsOf(a) - untilMsOf(b));
  }

  #scheduleRefresh(): void {
    clearTimeout(this.#timer);
    if (this.#closing.signal.aborted) return;
    this.#timer = setTimeout(() => {
      this.refresh().catch(() => this.#scheduleRefresh());
    }, this.options.metadataMaxAgeMs).unref();
  }

  #throwIfClosed(): void {
    if (this.#closing.signal.aborted) throw new LetterpressError("CLOSED", "the client is closed");
  }
}

/** The same round, begun anywhere. */
function rotated<T>(values: readonly T[]): T[] {
  const start = Math.floor(Math.random() * values.length);
  return [...values.slice(start), ...values.slice(0, start)];
}

function keyOf({ host, port }: BrokerAddress): string {
  return `${host}:${port}`;
}
