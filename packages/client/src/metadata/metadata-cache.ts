import { ERRORS, type Metadata, type ResponseOf } from "@letterpress/protocol";
import { brokerError } from "../broker-error.ts";
import type { LetterpressError } from "../letterpress-error.ts";
import type { BrokerMetadata, PartitionMetadata, TopicMetadata } from "./topic-metadata.ts";

type MetadataResponse = ResponseOf<typeof Metadata>;
type TopicResponse = MetadataResponse["topics"][number];

/** The latest knowledge of brokers, topics and leaders. It only remembers; `Cluster` asks. */
export class MetadataCache {
  clusterId: string | null = null;
  controllerId = -1;
  readonly #brokers = new Map<number, BrokerMetadata>();
  readonly #topics = new Map<string, TopicMetadata>();
  readonly #namesById = new Map<string, string>();
  readonly #errors = new Map<string, LetterpressError>();

  get brokers(): readonly BrokerMetadata[] {
    return [...this.#brokers.values()];
  }

  broker(nodeId: number): BrokerMetadata | undefined {
    return this.#brokers.get(nodeId);
  }

  topic(name: string): TopicMetadata | undefined {
    return this.#topics.get(name);
  }

  topicName(id: string): string | undefined {
    return this.#namesById.get(id);
  }

  /** Why the topic is not known, as the broker last answered. */
  errorOf(name: string): LetterpressError | undefined {
    return this.#errors.get(name);
  }

  partition(topic: string, partition: number): PartitionMetadata | undefined {
    return this.#topics.get(topic)?.partitions[partition];
  }

  /** A broker said that somebody else leads: true when that was news. */
  setLeader(topic: string, partition: number, leaderId: number, leaderEpoch: number): boolean {
    const known = this.#topics.get(topic);
    const old = known?.partitions[partition];
    if (known === undefined || old === undefined || leaderId < 0 || leaderEpoch <= old.leaderEpoch)
      return false;
    const partitions = known.partitions.with(partition, { ...old, leaderId, leaderEpoch });
    this.#topics.set(topic, { ...known, partitions });
    return true;
  }

  setBroker(broker: BrokerMetadata): void {
    this.#brokers.set(broker.nodeId, broker);
  }

  update(response: MetadataResponse): void {
    this.clusterId = response.clusterId;
    this.controllerId = response.controllerId;
    // A broker that is cut off from its cluster may know of nobody; what others have told is still worth trying.
    if (response.brokers.length > 0) this.#brokers.clear();
    for (const broker of response.brokers) this.#brokers.set(broker.nodeId, broker);
    for (const topic of response.topics) if (topic.name !== null) this.#updateTopic(topic.name, topic);
  }

  #updateTopic(name: string, topic: TopicResponse): void {
    if (topic.errorCode !== 0) {
      this.#errors.set(name, brokerError(topic.errorCode, `topic ${name}`, { topic: name }));
      if (topic.errorCode === ERRORS.UNKNOWN_TOPIC_OR_PARTITION.code) this.#forget(name);
      return;
    }
    this.#errors.delete(name);
    const old = this.#topics.get(name);
    if (old !== undefined && old.id !== topic.topicId) this.#namesById.delete(old.id);
    const isSame = old?.id === topic.topicId;
    const sorted = topic.partitions.toSorted((a, b) => a.partitionIndex - b.partitionIndex);
    const partitions = sorted.map((partition, index): PartitionMetadata => {
      const known = isSame ? old.partitions[index] : undefined;
      // A broker that lags behind must not bring a former leader back (KIP-320).
      if (known !== undefined && known.leaderEpoch > partition.leaderEpoch && partition.leaderEpoch >= 0)
        return known;
      return {
        partition: partition.partitionIndex,
        leaderId: partition.leaderId,
        leaderEpoch: partition.leaderEpoch,
        replicas: partition.replicaNodes,
        inSyncReplicas: partition.isrNodes,
      };
    });
    this.#topics.set(name, { name, id: topic.topicId, isInternal: topic.isInternal, partitions });
    this.#namesById.set(topic.topicId, name);
  }

  #forget(name: string): void {
    const topic = this.#topics.get(name);
    if (topic === undefined) return;
    this.#topics.delete(name);
    this.#namesById.delete(topic.id);
  }
}
