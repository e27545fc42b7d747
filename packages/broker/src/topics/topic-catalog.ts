import { randomUUID } from "node:crypto";
import { BrokerError } from "../broker-error.ts";
import { ConfigFault } from "../config/config-definition.ts";
import {
  type BrokerTexts,
  readOverrides,
  resolveTopicConfig,
  type TopicConfig,
} from "../config/topic-config.ts";
import { MetadataConflict, type MetadataLog } from "./metadata-log.ts";
import type { TopicRecord } from "./metadata-record.ts";
import { checkPartitionCount } from "./partition-count.ts";
import type { Placement } from "./placement.ts";
import type { Topic } from "./topic.ts";
import { TopicIndex } from "./topic-index.ts";
import type { TopicListener } from "./topic-listener.ts";
import { topicNameFault } from "./topic-name.ts";

/** How often a change is decided anew because others changed the same topic. */
const ATTEMPTS_MAX = 10;

export interface NewTopic {
  readonly name: string;
  readonly partitions: number;
  /** Default that of internal topics. */
  readonly replicationFactor?: number;
  /** Under Kafka's names; Confluent's aliases are understood. */
  readonly configs?: readonly { readonly name: string; readonly value: string | null }[];
  /** Default false. */
  readonly isInternal?: boolean;
}

/** The topics of the cluster, by name and by id. Changes are made one after the other. */
export class TopicCatalog {
  readonly #metadata: MetadataLog;
  readonly #brokerTexts: BrokerTexts;
  readonly #placement: Placement;
  readonly #index = new TopicIndex();
  readonly #records = new Map<string, TopicRecord>();
  readonly #listeners: TopicListener[] = [];
  #changes: Promise<unknown> = Promise.resolve();

  /** Starts from what the metadata log holds. */
  constructor(metadata: MetadataLog, brokerTexts: BrokerTexts, placement: Placement) {
    this.#metadata = metadata;
    this.#brokerTexts = brokerTexts;
    this.#placement = placement;
    this.refresh();
  }

  /** Takes over what the metadata hold by now, whoever changed them. */
  refresh(): void {
    const { topics } = this.#metadata.state;
    for (const topic of [...this.#index.values()]) {
      if (topics.get(topic.name)?.id !== topic.id) this.#forget(topic);
    }
    for (const [name, record] of topics) {
      if (this.#records.get(name) === record) continue;
      this.#records.set(name, record);
      const topic = this.#checked(name, record, () => record.overrides);
      const before = this.#index.get(name);
      this.#index.put(topic);
      for (const listener of this.#listeners) {
        void (before === undefined ? listener.created?.(topic) : listener.changed?.(topic, before));
      }
    }
  }

  #forget(topic: Topic): void {
    this.#remove(topic);
    for (const listener of this.#listeners) void listener.deleted?.(topic);
  }

  /** Adds a listener; they are called in the order in which they were added. */
  listen(listener: TopicListener): void {
    this.#listeners.push(listener);
  }

  get(name: string): Topic | undefined {
    return this.#index.get(name);
  }

  byId(id: string): Topic | undefined {
    return this.#index.byId(id);
  }

  /** Every topic, in the order of creation. */
  list(): Iterable<Topic> {
    return this.#index.values();
  }

  /**
   * Checks a topic without creating it.
   *
   * @throws BrokerError `INVALID_TOPIC_EXCEPTION`, `TOPIC_ALREADY_EXISTS`, `INVALID_PARTITIONS`, `INVALID_CONFIG`,
   *   `INVALID_REPLICATION_FACTOR`, `POLICY_VIOLATION`; LogError while nobody can tell whether it can be kept.
   */
  async validate(spec: NewTopic): Promise<Topic> {
    const topic = this.#newTopic(spec);
    // What the server itself needs is made in any case; where it cannot be kept yet, opening it is tried again.
    if (!topic.isInternal) await this.#placement.check(topic.partitions, topic.replicationFactor);
    return topic;
  }

  #newTopic(spec: NewTopic): Topic {
    const { name, partitions, isInternal = false } = spec;
    const { replicationFactor: replicas = this.#placement.replicationDefault } = spec;
    const fault = topicNameFault(name);
    if (fault !== undefined) throw new BrokerError("INVALID_TOPIC_EXCEPTION", fault);
    if (this.#index.get(name) !== undefined)
      throw new BrokerError("TOPIC_ALREADY_EXISTS", `topic ${name} exists already`);
    if (this.#index.collides(name)) {
      throw new BrokerError(
        "INVALID_TOPIC_EXCEPTION",
        `topic ${name} collides with one that differs in "." and "_" only`,
      );
    }
    checkPartitionCount(partitions);
    return this.#checked(name, { id: randomUUID(), partitions, replicas, isInternal, overrides: {} }, () =>
      readOverrides(spec.configs ?? []),
    );
  }

  /** Creates a topic and opens its partitions. Throws what {@link validate} throws. */
  create(spec: NewTopic): Promise<Topic> {
    return this.#change(async () => {
      const topic = await this.validate(spec);
      await this.#store(topic, null);
      if (this.#metadata.isShared) return this.#refreshed(topic);
      for (const listener of this.#listeners) await listener.created?.(topic);
      this.#index.put(topic);
      return topic;
    });
  }

  /**
   * Deletes a topic and its logs.
   *
   * @throws BrokerError `UNKNOWN_TOPIC_OR_PARTITION`.
   */
  delete(name: string): Promise<Topic> {
    return this.#change(async () => {
      const topic = this.#existing(name);
      await this.#metadata.write({ kind: "topic", name, topic: null }, this.#stored(topic));
      if (this.#metadata.isShared) return this.#refreshed(topic);
      this.#remove(topic);
      for (const listener of this.#listeners) await listener.deleted?.(topic);
      return topic;
    });
  }

  /**
   * Raises the number of partitions to `total`.
   *
   * @throws BrokerError `UNKNOWN_TOPIC_OR_PARTITION`, `INVALID_PARTITIONS`, `POLICY_VIOLATION`; LogError while nobody can
   *   tell whether they can be kept.
   */
  addPartitions(
    name: string,
    total: number,
    options: { readonly validateOnly?: boolean } = {},
  ): Promise<Topic> {
    return this.#change(async () => {
      const before = this.#existing(name);
      checkPartitionCount(total);
      if (total <= before.partitions) {
        throw new BrokerError(
          "INVALID_PARTITIONS",
          `topic ${name} has ${before.partitions} partitions, which can only become more, not ${total}`,
        );
      }
      await this.#placement.check(total - before.partitions, before.replicationFactor);
      const topic = { ...before, partitions: total };
      return options.validateOnly === true ? topic : this.#replace(topic, before);
    });
  }

  /**
   * Replaces the settings of a topic by what `change` makes of them.
   *
   * @throws BrokerError `UNKNOWN_TOPIC_OR_PARTITION`, `INVALID_CONFIG`.
   */
  configure(
    name: string,
    change: (overrides: Readonly<Record<string, string>>) => Readonly<Record<string, string>>,
    options: { readonly validateOnly?: boolean } = {},
  ): Promise<Topic> {
    return this.#change(async () => {
      const before = this.#existing(name);
      const topic = this.#checked(name, this.#toRecord(before), () => change(before.overrides));
      return options.validateOnly === true ? topic : this.#replace(topic, before);
    });
  }

  #existing(name: string): Topic {
    const topic = this.#index.get(name);
    if (topic === undefined) throw new BrokerError("UNKNOWN_TOPIC_OR_PARTITION", `there is no topic ${name}`);
    return topic;
  }

  async #replace(topic: Topic, before: Topic): Promise<Topic> {
    await this.#store(topic, before);
    if (this.#metadata.isShared) return this.#refreshed(topic);
    for (const listener of this.#listeners) await listener.changed?.(topic, before);
    this.#index.put(topic);
    return topic;
  }

  /** The topic as the shared metadata have it now; as it was stored when it is gone again. */
  #refreshed(topic: Topic): Topic {
    this.refresh();
    return this.#index.byId(topic.id) ?? topic;
  }

  #checked(name: string, record: TopicRecord, overridesOf: () => Readonly<Record<string, string>>): Topic {
    try {
      return this.#topicOf(name, { ...record, overrides: overridesOf() });
    } catch (error) {
      if (error instanceof ConfigFault)
        throw new BrokerError("INVALID_CONFIG", error.message, { cause: error });
      throw error;
    }
  }

  #topicOf(name: string, record: TopicRecord): Topic {
    const { id, partitions, replicas = this.#placement.replicationDefault, isInternal, overrides } = record;
    const config: TopicConfig = resolveTopicConfig(overrides, this.#brokerTexts);
    return { name, id, partitions, replicationFactor: replicas, isInternal, overrides, config };
  }

  async #store(topic: Topic, before: Topic | null): Promise<void> {
    const record = { kind: "topic", name: topic.name, topic: this.#toRecord(topic) } as const;
    await this.#metadata.write(record, before === null ? null : this.#stored(before));
  }

  /** What was stored of a topic: the record itself where there is one, for it may lack what is filled in by default. */
  #stored(topic: Topic) {
    const { name } = topic;
    return { kind: "topic", name, topic: this.#records.get(name) ?? this.#toRecord(topic) } as const;
  }

  /** A broker that is alone says nothing of its one copy: when its topics move to a cluster, that may keep several. */
  #toRecord({ id, partitions, replicationFactor, isInternal, overrides }: Topic): TopicRecord {
    const placed = this.#metadata.isShared ? { replicas: replicationFactor } : {};
    return { id, partitions, ...placed, isInternal, overrides };
  }

  #remove(topic: Topic): void {
    this.#index.remove(topic);
    this.#records.delete(topic.name);
  }

  /** Runs `change` after all earlier ones, whether they succeeded or not. */
  #change<T>(change: () => Promise<T>): Promise<T> {
    const result = this.#changes.then(() => this.#attempt(change));
    this.#changes = result.catch(() => {});
    return result;
  }

  /** What was decided on metadata that are outdated is decided again. */
  async #attempt<T>(change: () => Promise<T>): Promise<T> {
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
      try {
        return await change();
      } catch (error) {
        if (!(error instanceof MetadataConflict)) throw error;
        this.refresh();
      }
    }
    throw new BrokerError("REQUEST_TIMED_OUT", "other brokers keep changing the same topic; try again");
  }
}
