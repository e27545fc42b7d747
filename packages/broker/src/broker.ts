import type { BrokerConfig } from "./config/broker-configs.ts";
import type { FetchSessionCache } from "./fetch/fetch-session-cache.ts";
import type { GroupHost } from "./groups/group-host.ts";
import type { Logger } from "./logger.ts";
import type { BrokerMetrics } from "./metrics.ts";
import type { PartitionStore } from "./partition/partition-store.ts";
import type { ProducerIds } from "./topics/producer-ids.ts";
import type { TopicCatalog } from "./topics/topic-catalog.ts";
import type { DeclaredWriters } from "./writers/declared-writers.ts";

/** What handlers work on. */
export interface Broker extends GroupHost {
  readonly config: BrokerConfig;
  readonly topics: TopicCatalog;
  readonly partitions: PartitionStore;
  readonly fetchSessions: FetchSessionCache;
  readonly producerIds: ProducerIds;
  readonly writers: DeclaredWriters;
  /** Where the logs lie, as DescribeLogDirs tells it; a word in brackets when they are in no folder. */
  readonly logDir: string;
  readonly metrics: BrokerMetrics;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  now(): number;
}
