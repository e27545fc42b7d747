import type { LogConfig, LogEngine } from "@letterpress/log";
import { logConfigOf } from "../config/topic-config.ts";
import type { Topic } from "../topics/topic.ts";
import type { TopicListener } from "../topics/topic-catalog.ts";
import { forEachBounded } from "./for-each-bounded.ts";
import { Partition } from "./partition.ts";
import type { PartitionServices } from "./partition-services.ts";

/** How many logs are opened or deleted at a time. */
const CONCURRENCY = 16;

/** The partitions this broker has open. Follows the topics: opens, configures and deletes their logs. */
export class PartitionStore implements TopicListener {
  readonly #engine: LogEngine;
  readonly #flush: LogConfig["flush"];
  readonly #services: PartitionServices;
  readonly #byTopic = new Map<string, Partition[]>();

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
    return this.#byTopic.get(topic) ?? [];
  }

  *all(): Iterable<Partition> {
    for (const partitions of this.#byTopic.values()) yield* partitions;
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
    const config = logConfigOf(topic.config, this.#flush);
    for (const partition of this.of(topic.name)) {
      partition.topic = topic;
      partition.log.configure(config);
    }
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

  async #open(topic: Topic, index: number): Promise<void> {
    const id = { topic: topic.name, topicId: topic.id, partition: index };
    const log = await this.#engine.open(id, logConfigOf(topic.config, this.#flush));
    let partitions = this.#byTopic.get(topic.name);
    if (partitions === undefined) {
      partitions = [];
      this.#byTopic.set(topic.name, partitions);
    }
    partitions[index] = new Partition(topic, index, log, this.#services);
  }
}

function indexes(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, at) => from + at);
}
