import type { BrokerEndpoint, ClusterView, PartitionLeadership } from "../cluster-view.ts";
import type { TopicCatalog } from "../topics/topic-catalog.ts";
import type { ClusterMembership } from "./cluster-join.ts";

/** What one of several brokers knows of its cluster. */
export class ClusterBrokerView implements ClusterView {
  readonly clusterId: string;
  readonly nodeId: number;
  readonly #member: ClusterMembership;
  readonly #topics: TopicCatalog;
  /** The live brokers, as this one saw them while it was one of them. */
  #brokers: readonly BrokerEndpoint[] = [];
  /** By topic and partition, until something changes. */
  readonly #leaderships = new Map<string, PartitionLeadership[]>();

  constructor(clusterId: string, nodeId: number, member: ClusterMembership, topics: TopicCatalog) {
    this.clusterId = clusterId;
    this.nodeId = nodeId;
    this.#member = member;
    this.#topics = topics;
    this.#look();
    member.onChange(() => {
      this.#look();
      this.#leaderships.clear();
    });
  }

  get controllerId(): number {
    const { controllerId, isController } = this.#member;
    // Of itself a broker knows by the clock; of others, by what it heard last.
    if (controllerId === this.nodeId && !isController) return -1;
    return this.brokers().some(({ nodeId }) => nodeId === controllerId) ? controllerId : -1;
  }

  brokers(): readonly BrokerEndpoint[] {
    return this.#brokers;
  }

  leaderOf(topic: string, partition: number): PartitionLeadership | undefined {
    const found = this.#topics.get(topic);
    if (found === undefined || partition < 0 || partition >= found.partitions) return undefined;
    let leaderships = this.#leaderships.get(topic);
    if (leaderships === undefined) {
      leaderships = [];
      this.#leaderships.set(topic, leaderships);
    }
    leaderships[partition] ??= this.#leadershipOf(found.id, partition, found.replicationFactor);
    const leadership = leaderships[partition];
    // A broker that was paused learns by the clock, before anything else, that it leads nothing any more.
    const isFenced = leadership.leaderId === this.nodeId && !this.#member.leads(found.id, partition);
    return isFenced ? { ...leadership, leaderId: -1 } : leadership;
  }

  /** The storage acknowledges what most copies have. Where more are asked for, all these have to be in sync beforehand. */
  canKeep(topic: string, partition: number, copies: number): boolean {
    const found = this.#topics.get(topic);
    if (found === undefined) return false;
    const quorum = Math.floor(found.replicationFactor / 2) + 1;
    return copies <= quorum || this.#member.replicasProven(found.id, partition) >= copies;
  }

  /**
   * A broker that is cut off from the cluster sees everybody vanish. It goes on telling whom it knew last, for clients that
   * ask nobody but it have to find the others, which may be well.
   */
  #look(): void {
    const sessions = this.#member.sessions();
    if (!sessions.some(({ nodeId }) => nodeId === this.nodeId)) return;
    this.#brokers = sessions.map(({ nodeId, host, port, rack }) => ({ nodeId, host, port, rack }));
  }

  /**
   * Any broker can lead, for the records themselves lie in the streams, which NATS replicates. What clients know as
   * replicas are as many ids as there are copies: the leader, then the brokers that come next into question.
   */
  #leadershipOf(topicId: string, partition: number, replicationFactor: number): PartitionLeadership {
    const { leaderId = -1, leaderEpoch = -1 } = this.#member.leadershipOf(topicId, partition) ?? {};
    const ids = this.brokers().map(({ nodeId }) => nodeId);
    const at = ids.indexOf(leaderId);
    if (at < 0) return { leaderId: -1, leaderEpoch, replicas: [], isr: [] };
    const replicas = idsOfCopies([...ids.slice(at), ...ids.slice(0, at)], replicationFactor);
    const inSync = this.#member.replicasInSync(topicId, partition) ?? replicas.length;
    return { leaderId, leaderEpoch, replicas, isr: replicas.slice(0, Math.max(1, inSync)) };
  }
}

/** Where there are fewer brokers than copies, ids that no broker has now stand for the others, as for brokers that are down. */
function idsOfCopies(brokerIds: readonly number[], count: number): number[] {
  const ids = brokerIds.slice(0, count);
  for (let id = 1; ids.length < count; id++) if (!brokerIds.includes(id)) ids.push(id);
  return ids;
}
