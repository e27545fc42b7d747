import type { StateLogOptions, StateMachine } from "@letterpress/log";
import type { SharedState } from "./cluster/cluster-join.ts";
import type { BrokerEndpoint, ClusterView } from "./cluster-view.ts";
import type { GroupCoordinator } from "./groups/group-coordinator.ts";
import type { PartitionStore } from "./partition/partition-store.ts";
import type { MetadataLog } from "./topics/metadata-log.ts";
import type { TopicCatalog } from "./topics/topic-catalog.ts";

/** What a broker stands on, alone or as one of several. */
export interface Foundation {
  readonly cluster: ClusterView;
  readonly metadata: MetadataLog;
  readonly topics: TopicCatalog;
  readonly partitions: PartitionStore;
  readonly groups: GroupCoordinator;
  /** Follows the one partition of an internal topic that exists. */
  openState(topic: string, machine: StateMachine, options: StateLogOptions): Promise<SharedState>;
  /** Has other brokers take over what this one leads, while it still serves. */
  handOver(): Promise<void>;
  /** Closes every log; the engine stays open. */
  close(): Promise<void>;
}

/** Binds the broker's address; gives the one that clients are told. */
export type Listen = () => Promise<BrokerEndpoint>;
