/** A broker as clients are told of it. */
export interface BrokerEndpoint {
  readonly nodeId: number;
  /** The advertised address: the one clients connect to, not the one the listener is bound to. */
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
}

/** Who leads a partition now. */
export interface PartitionLeadership {
  /** -1 when no broker leads it now. */
  readonly leaderId: number;
  readonly leaderEpoch: number;
  readonly replicas: readonly number[];
  /** The replicas that are in sync. */
  readonly isr: readonly number[];
}

/**
 * What this broker knows of its cluster. Handlers ask it who leads, and never assume that this broker does.
 */
export interface ClusterView {
  readonly clusterId: string;
  /** The broker this process is. */
  readonly nodeId: number;
  /** -1 while there is none. */
  readonly controllerId: number;
  /** Every live broker, this one included. */
  brokers(): readonly BrokerEndpoint[];
  /** Undefined for a partition that does not exist. */
  leaderOf(topic: string, partition: number): PartitionLeadership | undefined;
  /** Whether an append that asks for so many copies in sync may be taken, for a partition that this broker leads. */
  canKeep(topic: string, partition: number, copies: number): boolean;
}
