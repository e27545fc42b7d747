import type { BrokerSession } from "../membership/broker-session.ts";

/** A partition: who leads it, and how its stream is replicated. */
export interface PartitionStatus {
  readonly topic: string;
  readonly partition: number;
  /** -1 while no live broker leads it. */
  readonly leaderId: number;
  readonly leaderEpoch: number;
  /** How many NATS servers are to keep it, and how many of them are in sync now; 0 of 0 while there is no stream. */
  readonly replicas: number;
  readonly replicasInSync: number;
  /** The NATS servers that are to keep it and are not in sync. */
  readonly replicasMissing: readonly string[];
  /** By how many messages the replica that is furthest behind lags. */
  readonly lagMessages: number;
  readonly bytes: number;
}

/** A cluster as NATS shows it. */
export interface ClusterStatus {
  readonly brokers: readonly BrokerSession[];
  /** -1 while there is none. */
  readonly controllerId: number;
  readonly partitions: readonly PartitionStatus[];
  /** What is wrong, in sentences that say what to do; empty when nothing is. */
  readonly problems: readonly string[];
  /** What should be changed though nothing is wrong. */
  readonly advice: readonly string[];
}
