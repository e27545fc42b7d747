import type {
  LogConfig,
  PartitionId,
  PartitionLog,
  StateEntry,
  StateLog,
  StateLogOptions,
  StateMachine,
} from "@letterpress/log";

/** A live broker, as it tells of itself. */
export interface MemberSession {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
}

/** A state that every broker keeps up from one log, and that the leader of the log changes. */
export interface SharedState {
  readonly stateLog: StateLog;
  /** Whether this broker leads the log, so that changes can be made here. */
  readonly isLed: boolean;
  /** Told which log to write to, in a cluster; undefined when another broker leads it. */
  setLeader?(log: PartitionLog | undefined): void;
  /** Resolves when everything stored by now has been applied. Throws LogError. */
  catchUp(): Promise<void>;
}

/** Why partitions cannot be kept: not with that many copies, or not beside all that there is. */
export interface PlacementFault {
  readonly kind: "replicas" | "limit";
  /** Says what to change. */
  readonly message: string;
}

/** A broker's part in a cluster. Where a method is asked about leadership it asks the clock, too. */
export interface ClusterMembership {
  readonly own: { readonly session: string };
  sessions(): readonly MemberSession[];
  /** -1 while there is none. */
  readonly controllerId: number;
  readonly isController: boolean;
  /** How many copies there are of what the cluster keeps for itself. */
  readonly replicas: number;
  /** Whether so many new partitions can be kept, each with so many copies; undefined when they can. Throws LogError. */
  placementFault(partitions: number, replicas: number): Promise<PlacementFault | undefined>;
  /** How many copies of a partition were in sync a moment ago; undefined for one that was not there then. */
  replicasInSync(topicId: string, partition: number): number | undefined;
  /** How many copies are known to be in sync now; 0 while nobody can tell. */
  replicasProven(topicId: string, partition: number): number;
  /** Who was made the leader, alive or not; undefined while nobody was. */
  leadershipOf(
    topicId: string,
    partition: number,
  ): { readonly leaderId: number; readonly leaderEpoch: number; readonly session: string } | undefined;
  /** Whether this broker may act as the leader at this very moment. */
  leads(topicId: string, partition: number): boolean;
  /** Calls `listener` when brokers, the controller or metadata have changed. */
  onChange(listener: () => void): () => void;
  /** Changes one key of the metadata if it is `before`; resolves once that can be seen here. Throws LogError. */
  change(change: {
    readonly entry: StateEntry;
    readonly before: Buffer | null;
  }): Promise<"stored" | "conflict">;
  follow(id: PartitionId, machine: StateMachine, options?: StateLogOptions): Promise<SharedState>;
  /** Has others lead what this broker leads. */
  handOver(): Promise<void>;
  leave(): Promise<void>;
}

/** What a broker brings into a cluster. */
export interface ClusterEntrant {
  readonly endpoint: MemberSession;
  readonly metadataId: PartitionId;
  readonly metadataConfig: LogConfig;
  /** The broker's state of the metadata log. */
  readonly machine: StateMachine;
  readonly topics: () => Iterable<{ readonly id: string; readonly partitions: number }>;
  /** Told of what failed in the background and is tried again. */
  readonly onError: (error: unknown) => void;
}

/** Joins a cluster; what it is made of is not the broker's business. */
export type ClusterJoin = (entrant: ClusterEntrant) => Promise<ClusterMembership>;
