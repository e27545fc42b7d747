export { BrokerError, type BrokerErrorOptions, type RecordError } from "./broker-error.ts";
export type { BrokerOptions } from "./broker-options.ts";
export type { ClusterEntrant, ClusterJoin, ClusterMembership, SharedState } from "./cluster/cluster-join.ts";
export { countGroups, StoredBroker } from "./cluster/stored-broker.ts";
export type { BrokerEndpoint, ClusterView, PartitionLeadership } from "./cluster-view.ts";
export { BROKER_CONFIGS } from "./config/broker-configs.ts";
export type { TopicConfig } from "./config/topic-config.ts";
export { TOPIC_CONFIGS, type TopicConfigName } from "./config/topic-configs.ts";
export type { GroupCoordinator } from "./groups/group-coordinator.ts";
export { API_VERSION_RANGES } from "./handlers/index.ts";
export { type Logger, SILENT_LOGGER } from "./logger.ts";
export { type BrokerMetrics, NO_METRICS } from "./metrics.ts";
export type { ListenAddress } from "./network/listener.ts";
export type { Partition, PartitionAppendOptions } from "./partition/partition.ts";
export {
  type GuardedBatch,
  GuardUnavailableError,
  type RecordFault,
  type RecordGuard,
} from "./record-guard.ts";
export type { RunningBroker } from "./running-broker.ts";
export { startBroker } from "./start-broker.ts";
export { OFFSETS_TOPIC } from "./state-topics.ts";
export { MetadataState } from "./topics/metadata-state.ts";
export { METADATA_PARTITION } from "./topics/open-metadata.ts";
export type { Topic } from "./topics/topic.ts";
export type { NewTopic, TopicCatalog } from "./topics/topic-catalog.ts";
