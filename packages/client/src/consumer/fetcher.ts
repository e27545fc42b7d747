import { type AnyApi, ERRORS, errorByCode, Fetch, NIL_UUID, type ResponseOf } from "@letterpress/protocol";
import { backoffMs } from "../backoff.ts";
import { brokerError } from "../broker-error.ts";
import type { BrokerPool } from "../connection/broker-pool.ts";
import { LetterpressError } from "../letterpress-error.ts";
import type { Cluster } from "../metadata/cluster.ts";
import { SlowRequests } from "../metadata/slow-requests.ts";
import type { FetchBuffer } from "./fetch-buffer.ts";
import { FetchedChunk } from "./fetched-chunk.ts";
import type { PartitionState } from "./partition-state.ts";
import type { ResolvedConsumerOptions } from "./resolved-options.ts";

type PartitionResponse = ResponseOf<typeof Fetch>["responses"][number]["partitions"][number];

/** The last version that names topics by name, for brokers without topic ids. */
const TOPIC_NAME_VERSION = 12;
const NO_SESSION_EPOCH = -1;
/** How long a broker may hold a fetch back while another partition of it waits for room in the buffer. */
const SHORT_WAIT_MS = 20;
/** The second one serves partitions that become free while a long poll for others holds the first. */
const LANES = ["fetch", "fetch-2"] as const;
type Lane = (typeof LANES)[number];

/** What the fetcher tells its consumer. */
export interface FetcherEvents {
  /** The partition's position is outside the log. */
  onOutOfRange(state: PartitionState): void;
  onFatal(error: LetterpressError): void;
}

/**
 * Fetches ahead of the loop: each leader has a request in flight as long as a partition of it has room in the
 * buffer, so that the next records travel while the loop works on the last ones.
 */
export class Fetcher {
  readonly #cluster: Cluster;
  readonly #pool: BrokerPool;
  readonly #options: ResolvedConsumerOptions;
  readonly #buffer: FetchBuffer;
  readonly #states: () => Iterable<PartitionState>;
  readonly #events: FetcherEvents;
  readonly #slowRequests: SlowRequests;
  /** The lanes with a request in flight, as `node/lane`. */
  readonly #busyLanes = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #isRefreshing = false;
  /** Refreshes since the last answer of a leader: the pauses between them grow. */
  #refreshCount = 0;
  #isClosed = false;

  constructor(
    cluster: Cluster,
    pool: BrokerPool,
    options: ResolvedConsumerOptions,
    buffer: FetchBuffer,
    states: () => Iterable<PartitionState>,
    events: FetcherEvents,
  ) {
    this.#cluster = cluster;
    this.#pool = pool;
    this.#options = options;
    this.#buffer = buffer;
    this.#states = states;
    this.#events = events;
    this.#slowRequests = new SlowRequests(cluster);
  }

  /** Something changed: sends what can be sent. */
  wake(): void {
    if (this.#isClosed) return;
    const wanted = new Map<number, PartitionState[]>();
    const crowdedNodes = new Set<number>();
    const nowMs = performance.now();
    let earliestMs = Number.POSITIVE_INFINITY;
    for (const state of this.#states()) {
      if (!state.hasPosition || state.isPaused || state.isRevoking || state.isFetching) continue;
      if (state.retryAtMs > nowMs) {
        earliestMs = Math.min(earliestMs, state.retryAtMs);
        continue;
      }
      const { metadata } = this.#cluster;
      const leaderId = metadata.partition(state.topic, state.partition)?.leaderId ?? -1;
      if (leaderId < 0 || metadata.broker(leaderId) === undefined) this.#refresh();
      else if (!this.#hasRoom(state)) crowdedNodes.add(leaderId);
      else if (this.#freeLane(leaderId) !== undefined) {
        const states = wanted.get(leaderId);
        if (states === undefined) wanted.set(leaderId, [state]);
        else states.push(state);
      }
    }
    for (const [nodeId, states] of wanted) {
      void this.#fetch(nodeId, this.#freeLane(nodeId)!, states, crowdedNodes.has(nodeId));
    }
    if (earliestMs !== Number.POSITIVE_INFINITY) this.#wakeAfter(earliestMs - nowMs);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #hasRoom(state: PartitionState): boolean {
    const { bufferBytes, partitionFetchBytes } = this.#options;
    return state.bufferedBytes < partitionFetchBytes && this.#buffer.sizeBytes < bufferBytes;
  }

  #freeLane(nodeId: number): Lane | undefined {
    return LANES.find((lane) => !this.#busyLanes.has(`${nodeId}/${lane}`));
  }

  async #fetch(
    nodeId: number,
    lane: Lane,
    states: readonly PartitionState[],
    isCrowded: boolean,
  ): Promise<void> {
    this.#busyLanes.add(`${nodeId}/${lane}`);
    for (const state of states) state.isFetching = true;
    const versions = states.map(({ version }) => version);
    try {
      const broker = this.#cluster.metadata.broker(nodeId)!;
      const connection = await this.#pool.connection(broker, lane);
      const topics = this.#topics(states);
      const hasIds = topics.every(({ topicId }) => topicId !== NIL_UUID);
      const version = connection.versionOf(Fetch as AnyApi, hasIds ? undefined : TOPIC_NAME_VERSION);
      const { maxWaitMs, minBytes, fetchBytes, isReadCommitted, requestTimeoutMs } = this.#options;
      const waitMs = isCrowded ? Math.min(SHORT_WAIT_MS, maxWaitMs) : maxWaitMs;
      const stopWatching = this.#slowRequests.watch({
        nodeId,
        partitions: states,
        waitMs,
        leave: () => connection.abandon("another broker leads a partition whose answer is late"),
      });
      const asked = connection.request(
        Fetch,
        {
          maxWaitMs: waitMs,
          minBytes,
          maxBytes: fetchBytes,
          isolationLevel: isReadCommitted ? 1 : 0,
          sessionEpoch: NO_SESSION_EPOCH,
          topics,
        },
        { version, timeoutMs: waitMs + requestTimeoutMs },
      );
      const response = await asked.finally(stopWatching);
      this.#refreshCount = 0;
      if (!this.#isClosed) this.#receive(response, states, versions);
    } catch (error) {
      if (!this.#isClosed) this.#failed(states, LetterpressError.from(error));
    } finally {
      this.#busyLanes.delete(`${nodeId}/${lane}`);
      for (const state of states) state.isFetching = false;
      this.wake();
    }
  }

  #topics(states: readonly PartitionState[]) {
    const { metadata } = this.#cluster;
    return [...Map.groupBy(states, ({ topic }) => topic)].map(([topic, list]) => ({
      topic,
      topicId: metadata.topic(topic)?.id ?? NIL_UUID,
      partitions: list.map((state) => ({
        partition: state.partition,
        currentLeaderEpoch: metadata.partition(topic, state.partition)?.leaderEpoch ?? -1,
        fetchOffset: state.fetchOffset,
        partitionMaxBytes: this.#options.partitionFetchBytes,
      })),
    }));
  }

  #receive(
    response: ResponseOf<typeof Fetch>,
    states: readonly PartitionState[],
    versions: readonly number[],
  ): void {
    if (response.errorCode !== 0) throw brokerError(response.errorCode, "cannot fetch");
    const { metadata } = this.#cluster;
    for (const broker of response.nodeEndpoints) metadata.setBroker(broker);
    for (const { topic, topicId, partitions } of response.responses) {
      const name = topicId === NIL_UUID ? topic : metadata.topicName(topicId);
      for (const answer of partitions) {
        const index = states.findIndex(
          (state) => state.topic === name && state.partition === answer.partitionIndex,
        );
        const state = states[index];
        if (state !== undefined && state.version === versions[index]) this.#receivePartition(state, answer);
      }
    }
  }

  #receivePartition(state: PartitionState, answer: PartitionResponse): void {
    const { errorCode, records, highWatermark, abortedTransactions } = answer;
    if (errorCode !== 0) {
      this.#refused(state, answer);
      return;
    }
    state.highWatermark = highWatermark;
    if (records === null || records.length === 0) return;
    const chunk = new FetchedChunk(state, records, highWatermark, abortedTransactions);
    state.fetched(chunk.nextOffset);
    this.#buffer.push(chunk);
  }

  #refused(state: PartitionState, answer: PartitionResponse): void {
    const { topic, partition } = state;
    const error = brokerError(answer.errorCode, `cannot fetch ${topic}-${partition}`, { topic, partition });
    if (answer.errorCode === ERRORS.OFFSET_OUT_OF_RANGE.code) {
      this.#events.onOutOfRange(state);
    } else if (errorByCode(answer.errorCode).retriable) {
      const { leaderId, leaderEpoch } = answer.currentLeader;
      if (!this.#cluster.metadata.setLeader(topic, partition, leaderId, leaderEpoch)) this.#refresh();
      this.#pause(state);
    } else {
      this.#events.onFatal(error);
    }
  }

  #failed(states: readonly PartitionState[], error: LetterpressError): void {
    if (!error.retriable) {
      this.#events.onFatal(error);
      return;
    }
    for (const state of states) this.#pause(state);
    this.#refresh();
  }

  #pause(state: PartitionState): void {
    state.attempts++;
    state.retryAtMs = performance.now() + backoffMs(state.attempts);
  }

  #refresh(): void {
    if (this.#isRefreshing) return;
    this.#isRefreshing = true;
    this.#refreshCount++;
    const done = (): void => {
      this.#isRefreshing = false;
      this.#wakeAfter(backoffMs(this.#refreshCount));
    };
    this.#cluster.refresh().then(done, done);
  }

  #wakeAfter(delayMs: number): void {
    if (this.#isClosed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.wake(), Math.max(1, delayMs));
  }
}
