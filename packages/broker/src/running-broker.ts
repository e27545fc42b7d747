import type { LogError, StateLog, StateLogOptions, StateMachine } from "@letterpress/log";
import type { Broker } from "./broker.ts";
import { BrokerError } from "./broker-error.ts";
import type { ResolvedBrokerOptions } from "./broker-options.ts";
import type { SharedState } from "./cluster/cluster-join.ts";
import type { ClusterView } from "./cluster-view.ts";
import type { Foundation } from "./foundation.ts";
import type { GroupCoordinator } from "./groups/group-coordinator.ts";
import type { Listener } from "./network/listener.ts";
import { firstFailure } from "./partition/log-failure.ts";
import type { Partition } from "./partition/partition.ts";
import type { RecordGuard } from "./record-guard.ts";
import { ensureStateTopic } from "./state-topics.ts";
import type { Topic } from "./topics/topic.ts";
import type { NewTopic, TopicCatalog } from "./topics/topic-catalog.ts";

interface Parts {
  readonly broker: Broker;
  readonly options: ResolvedBrokerOptions;
  readonly port: number;
  readonly listener: Listener;
  readonly foundation: Foundation;
  readonly guard: { current: RecordGuard | undefined };
}

/** A broker that serves clients, and the way into it for the process it runs in. */
export class RunningBroker implements AsyncDisposable {
  /** The address it listens on. */
  readonly host: string;
  readonly port: number;
  readonly nodeId: number;
  readonly clusterId: string;
  readonly cluster: ClusterView;
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
    this.cluster = broker.cluster;
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
    return (await this.openState(name, machine, options)).stateLog;
  }

  /** As {@link openStateLog}; also tells whether the state can be changed on this broker. */
  async openState(name: string, machine: StateMachine, options: StateLogOptions = {}): Promise<SharedState> {
    const topic = await ensureStateTopic(this.topics, name, 1);
    if (!topic.isInternal) {
      throw new BrokerError(
        "INVALID_TOPIC_EXCEPTION",
        `topic ${name} exists, but holds no state of the server`,
      );
    }
    return this.#parts.foundation.openState(name, machine, options);
  }

  /**
   * Why the broker cannot keep its own state any more: one of the logs of its metadata, groups or schemas has failed, and
   * stays so until it is opened anew. Undefined while all of them serve.
   */
  storageFailure(): Promise<LogError | undefined> {
    const { metadata, partitions } = this.#parts.foundation;
    return firstFailure(metadata.log, partitions);
  }

  /** Hands over to other brokers, stops accepting, answers what waits, then closes every log and the engine. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const { broker, options, listener, foundation } = this.#parts;
    clearInterval(this.#retention);
    try {
      await foundation.handOver();
      // Members whose join or sync is parked are answered first: nothing else would end their wait.
      broker.groups.close();
      await listener.close(options.closeGraceMs);
      await foundation.close();
    } finally {
      await options.engine.close();
    }
    broker.logger.info({ port: this.port }, "broker stopped");
  }
}
