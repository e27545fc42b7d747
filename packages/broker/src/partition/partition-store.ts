import type { LogConfig, LogEngine } from "@letterpress/log";
import { logConfigOf } from "../config/topic-config.ts";
import type { Topic } from "../topics/topic.ts";
import type { TopicListener } from "../topics/topic-listener.ts";
import { forEachBounded } from "./for-each-bounded.ts";
import { Partition } from "./partition.ts";
import type { PartitionServices } from "./partition-services.ts";

/** How many logs are opened or deleted at a time. */
const CONCURRENCY = 16;

/**
 * The partitions this broker has open. As a listener of the topics it opens, configures and deletes all their logs; in a
 * cluster it is told which ones to take and to let go instead.
 */
export class PartitionStore implements TopicListener {
  readonly #engine: LogEngine;
  readonly #flush: LogConfig["flush"];
  readonly #services: PartitionServices;
  readonly #byTopic = new Map<string, (Partition | undefined)[]>();

  constructor(engine: LogEngine, flush: LogConfig["flush"], services: PartitionServices) {
    this.#engine = engine;
    this.#flush = flush;
    this.#services = services;
  }

  /** Undefined when the topic or partition does not exist, or is not open here. */
  get(topic: string, index: number): Partition | undefined {
    return this.#byTopic.get(topic)?.[index];
  }

  /** The open partitions of one topic, by index. */
  of(topic: string): readonly Partition[] {
    return this.#byTopic.get(topic)?.filter((partition) => partition !== undefined) ?? [];
  }

  *all(): Iterable<Partition> {
    for (const topic of this.#byTopic.keys()) yield* this.of(topic);
  }

  /** Opens every partition of `topics`, and deletes the logs of topics whose deletion a crash interrupted. */
  async open(topics: Iterable<Topic>, isKnown: (topicId: string) => boolean): Promise<void> {
    for (const id of await this.#engine.list()) {
      if (!isKnown(id.topicId)) await this.#engine.delete(id);
    }
    const wanted = [...topics].flatMap((topic) =>
      indexes(0, topic.partitions).map((index) => ({ topic, index })),
    );
    await forEachBounded(wanted, CONCURRENCY, ({ topic, index }) => this.#open(topic, index));
  }

  async created(topic: Topic): Promise<void> {
    await forEachBounded(indexes(0, topic.partitions), CONCURRENCY, (index) => this.#open(topic, index));
  }

  async changed(topic: Topic, before: Topic): Promise<void> {
    this.configure(topic);
    const added = indexes(before.partitions, topic.partitions);
    await forEachBounded(added, CONCURRENCY, (index) => this.#open(topic, index));
  }

  async deleted(topic: Topic): Promise<void> {
    const partitions = this.of(topic.name);
    this.#byTopic.delete(topic.name);
    await forEachBounded(partitions, CONCURRENCY, async ({ log, index }) => {
      await log.close();
      await this.#engine.delete({ topic: topic.name, topicId: topic.id, partition: index });
    });
  }

  /** Gives the topic's settings to those of its partitions that are open. */
  configure(topic: Topic): void {
    const config = logConfigOf(topic.config, this.#flush);
    for (const partition of this.of(topic.name)) {
      partition.topic = topic;
      partition.log.configure(config);
    }
  }

  /**
   * Opens one partition, to lead it in that epoch. It can be found here once that has succeeded.
   *
   * @throws LogError what opening its log throws.
   */
  async take(topic: Topic, index: number, leaderEpoch: number): Promise<Partition> {
    return this.#open(topic, index, leaderEpoch);
  }

  /** Closes one partition; it cannot be found here any more from the call on. */
  async letGo({ topic, index, log }: Partition): Promise<void> {
    const partitions = this.#byTopic.get(topic.name);
    if (partitions?.[index]?.log === log) partitions[index] = undefined;
    if (partitions?.every((partition) => partition === undefined)) this.#byTopic.delete(topic.name);
    await log.close();
  }

  /** Applies time and size retention to every partition, one after the other. */
  async enforceRetention(): Promise<void> {
    for (const { topic, index, log } of this.all()) {
      try {
        await log.enforceRetention(this.#services.now());
      } catch (error) {
        this.#services.logger.error({ topic: topic.name, partition: index, err: error }, "retention failed");
      }
    }
  }

  async close(): Promise<void> {
    const open = [...this.all()];
    this.#byTopic.clear();
    await forEachBounded(open, CONCURRENCY, ({ log }) => log.close());
  }

  async #open(topic: Topic, index: number, leaderEpoch?: number): Promise<Partition> {
    const id = { topic: topic.name, topicId: topic.id, partition: index };
    const config = { ...logConfigOf(topic.config, this.#flush), replicas: topic.replicationFactor };
    const log = await this.#engine.open(id, config, leaderEpoch);
    let partitions = this.#byTopic.get(topic.name);
    if (partitions === undefined) {
      partitions = [];
      this.#byTopic.set(topic.name, partitions);
    }
    const partition = new Partition(topic, index, log, this.#services);
    partitions[index] = partition;
    return partition;
  }
}

function indexes(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, at) => from + at);
}
