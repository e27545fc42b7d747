import { StateLog, type StateLogOptions, type StateMachine } from "@letterpress/log";
import type { Broker } from "./broker.ts";
import { BrokerError } from "./broker-error.ts";
import type { ResolvedBrokerOptions } from "./broker-options.ts";
import type { GroupCoordinator } from "./groups/group-coordinator.ts";
import type { Listener } from "./network/listener.ts";
import type { Partition } from "./partition/partition.ts";
import type { RecordGuard } from "./record-guard.ts";
import { ensureStateTopic } from "./state-topics.ts";
import type { OpenMetadataLog } from "./topics/open-metadata.ts";
import type { Topic } from "./topics/topic.ts";
import type { NewTopic, TopicCatalog } from "./topics/topic-catalog.ts";

interface Parts {
  readonly broker: Broker;
  readonly options: ResolvedBrokerOptions;
  readonly port: number;
  readonly listener: Listener;
  readonly metadata: OpenMetadataLog;
  readonly stateLogs: StateLog[];
  readonly guard: { current: RecordGuard | undefined };
}

/** A broker that serves clients, and the way into it for the process it runs in. */
export class RunningBroker implements AsyncDisposable {
  /** The address it listens on. */
  readonly host: string;
  readonly port: number;
  readonly nodeId: number;
  readonly clusterId: string;
  readonly topics: TopicCatalog;
  readonly groups: GroupCoordinator;
  readonly #parts: Parts;
  readonly #retention: NodeJS.Timeout;
  #closing: Promise<void> | undefined;

  constructor(parts: Parts) {
    const { broker, options } = parts;
    this.#parts = parts;
    this.host = options.host;
    this.port = parts.port;
    this.nodeId = broker.cluster.nodeId;
    this.clusterId = broker.cluster.clusterId;
    this.topics = broker.topics;
    this.groups = broker.groups;
    this.#retention = setInterval(
      () => void broker.partitions.enforceRetention(),
      options.config["log.retention.check.interval.ms"],
    );
    this.#retention.unref();
  }

  /** Sets or removes the guard that checks records; it holds from the next batch on. */
  setGuard(guard: RecordGuard | undefined): void {
    this.#parts.guard.current = guard;
  }

  /** Throws what {@link TopicCatalog.create} throws. */
  createTopic(topic: NewTopic): Promise<Topic> {
    return this.topics.create(topic);
  }

  /** Undefined when there is no such partition, or another broker leads it. */
  partition(topic: string, index: number): Partition | undefined {
    return this.#parts.broker.partitions.get(topic, index);
  }

  /**
   * Replays `machine` from the one partition of an internal, compacted topic, which is made when it is missing, and
   * follows it from then on. Closed with the broker.
   *
   * @throws BrokerError `INVALID_TOPIC_EXCEPTION` when a topic of that name exists that is not internal.
   */
  async openStateLog(name: string, machine: StateMachine, options: StateLogOptions = {}): Promise<StateLog> {
    const topic = await ensureStateTopic(this.topics, name, 1);
    if (!topic.isInternal) {
      throw new BrokerError(
        "INVALID_TOPIC_EXCEPTION",
        `topic ${name} exists, but holds no state of the server`,
      );
    }
    const stateLog = await StateLog.open(this.partition(name, 0)!.log, machine, options);
    this.#parts.stateLogs.push(stateLog);
    return stateLog;
  }

  /** Stops accepting, wakes and answers what waits, then closes every log and the engine. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const { broker, options, listener, metadata, stateLogs } = this.#parts;
    clearInterval(this.#retention);
    try {
      // Members whose join or sync is parked are answered first: nothing else would end their wait.
      broker.groups.close();
      await listener.close(options.closeGraceMs);
      for (const stateLog of stateLogs) await stateLog.close();
      await broker.partitions.close();
      await metadata.close();
    } finally {
      await options.engine.close();
    }
    broker.logger.info({ port: this.port }, "broker stopped");
  }
}
