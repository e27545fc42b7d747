import type { BrokerEndpoint, ClusterView, PartitionLeadership } from "./cluster-view.ts";
import type { TopicCatalog } from "./topics/topic-catalog.ts";

/** A cluster of one: it controls, leads every partition in epoch 0, and is the whole in-sync set. */
export class SingleBrokerView implements ClusterView {
  readonly clusterId: string;
  readonly nodeId: number;
  readonly controllerId: number;
  readonly #endpoints: readonly BrokerEndpoint[];
  readonly #leadership: PartitionLeadership;
  readonly #topics: TopicCatalog;

  constructor(clusterId: string, endpoint: BrokerEndpoint, topics: TopicCatalog) {
    this.clusterId = clusterId;
    this.nodeId = endpoint.nodeId;
    this.controllerId = endpoint.nodeId;
    this.#endpoints = [endpoint];
    const replicas = [endpoint.nodeId];
    this.#leadership = { leaderId: endpoint.nodeId, leaderEpoch: 0, replicas, isr: replicas };
    this.#topics = topics;
  }

  brokers(): readonly BrokerEndpoint[] {
    return this.#endpoints;
  }

  leaderOf(topic: string, partition: number): PartitionLeadership | undefined {
    const partitions = this.#topics.get(topic)?.partitions ?? 0;
    return partition >= 0 && partition < partitions ? this.#leadership : undefined;
  }

  canKeep(_topic: string, _partition: number, copies: number): boolean {
    return copies <= this.#leadership.replicas.length;
  }
}
