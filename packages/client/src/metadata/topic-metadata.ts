/** What is known of one partition. */
export interface PartitionMetadata {
  readonly partition: number;
  /** -1 when there is no leader at the moment. */
  readonly leaderId: number;
  /** -1 for brokers older than Kafka 2.1. */
  readonly leaderEpoch: number;
  readonly replicas: readonly number[];
  readonly inSyncReplicas: readonly number[];
}

/** What is known of one topic. */
export interface TopicMetadata {
  readonly name: string;
  /** The nil UUID for brokers that have no topic ids. */
  readonly id: string;
  readonly isInternal: boolean;
  /** By partition index, without gaps. */
  readonly partitions: readonly PartitionMetadata[];
}

/** A broker of the cluster. */
export interface BrokerMetadata {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
}
