import {
  type AnyApi,
  CreatePartitions,
  CreateTopics,
  DeleteRecords,
  DeleteTopics,
  Metadata,
  NIL_UUID,
} from "@letterpress/protocol";
import { brokerError } from "../broker-error.ts";
import { listOffsets } from "../consumer/list-offsets.ts";
import { partitionKey } from "../consumer/partition-state.ts";
import type { Cluster } from "../metadata/cluster.ts";
import type { TopicMetadata } from "../metadata/topic-metadata.ts";
import type { TopicPartition, TopicPartitionOffset } from "../record.ts";
import { type OffsetSpec, timestampOf } from "./offset-spec.ts";
import { retrying } from "./retrying.ts";

/** A topic to be created. */
export interface NewTopic {
  readonly name: string;
  /** Default -1: what the broker is configured for. */
  readonly partitions?: number | undefined;
  /** Default -1: what the broker is configured for. */
  readonly replicationFactor?: number | undefined;
  readonly configs?: Readonly<Record<string, string>> | undefined;
}

/** The version from which topics may be deleted by id, and are listed as structs. */
const DELETE_STRUCTS_VERSION = 6;
const TIMEOUT_MS = 30_000;

/** Administers topics. All methods throw `LetterpressError`. */
export class TopicAdmin {
  readonly #cluster: Cluster;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** Creates topics; with `validateOnly` it only says whether it could. */
  create(topics: readonly NewTopic[], options: { readonly validateOnly?: boolean } = {}): Promise<void> {
    return retrying(this.#cluster, async () => {
      const connection = await this.#cluster.controller();
      const response = await connection.request(CreateTopics, {
        topics: topics.map(({ name, partitions = -1, replicationFactor = -1, configs = {} }) => ({
          name,
          numPartitions: partitions,
          replicationFactor,
          assignments: [],
          configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
        })),
        timeoutMs: TIMEOUT_MS,
        validateOnly: options.validateOnly ?? false,
      });
      for (const { name, errorCode, errorMessage } of response.topics) {
        check(errorCode, `cannot create topic ${name}`, name, errorMessage);
      }
    });
  }

  delete(names: readonly string[]): Promise<void> {
    return retrying(this.#cluster, async () => {
      const connection = await this.#cluster.controller();
      const version = connection.versionOf(DeleteTopics as AnyApi);
      const which =
        version >= DELETE_STRUCTS_VERSION
          ? { topics: names.map((name) => ({ name, topicId: NIL_UUID })) }
          : { topicNames: names };
      const response = await connection.request(
        DeleteTopics,
        { ...which, timeoutMs: TIMEOUT_MS },
        { version },
      );
      for (const { name, errorCode, errorMessage } of response.responses) {
        check(errorCode, `cannot delete topic ${name}`, name ?? undefined, errorMessage);
      }
    });
  }

  /** The names of all topics, internal ones left out unless asked for. */
  async list(options: { readonly includeInternal?: boolean } = {}): Promise<string[]> {
    const topics = await this.#metadata(null);
    const wanted = options.includeInternal ? topics : topics.filter(({ isInternal }) => !isInternal);
    return wanted.map(({ name }) => name).toSorted();
  }

  /** Partitions, leaders and replicas. Throws `UNKNOWN_TOPIC` for a topic that does not exist. */
  describe(names: readonly string[]): Promise<TopicMetadata[]> {
    return this.#metadata(names);
  }

  /** Raises the number of partitions; `count` is the new total. */
  createPartitions(name: string, count: number): Promise<void> {
    return retrying(this.#cluster, async () => {
      const connection = await this.#cluster.controller();
      const response = await connection.request(CreatePartitions, {
        topics: [{ name, count, assignments: null }],
        timeoutMs: TIMEOUT_MS,
        validateOnly: false,
      });
      for (const { errorCode, errorMessage } of response.results) {
        check(errorCode, `cannot raise the partitions of ${name} to ${count}`, name, errorMessage);
      }
    });
  }

  /** The offsets at a place of every partition. `latest` gives those behind the last records. */
  async listOffsets(
    partitions: readonly TopicPartition[],
    spec: OffsetSpec = "latest",
  ): Promise<TopicPartitionOffset[]> {
    const found = await listOffsets(this.#cluster, partitions, timestampOf(spec), false);
    return partitions.map(({ topic, partition }) => {
      const { offset } = found.get(partitionKey(topic, partition))!;
      return { topic, partition, offset };
    });
  }

  /** Makes everything before the offsets unreadable; returns the new log start offsets. */
  deleteRecords(offsets: readonly TopicPartitionOffset[]): Promise<TopicPartitionOffset[]> {
    return retrying(this.#cluster, async () => {
      for (const topic of new Set(offsets.map(({ topic }) => topic))) await this.#cluster.topic(topic);
      const leaderOf = ({ topic, partition }: TopicPartition): number =>
        this.#cluster.metadata.partition(topic, partition)?.leaderId ?? -1;
      const started: TopicPartitionOffset[] = [];
      for (const [leaderId, led] of Map.groupBy(offsets, leaderOf)) {
        const connection = await this.#cluster.node(leaderId);
        const response = await connection.request(DeleteRecords, {
          topics: [...Map.groupBy(led, ({ topic }) => topic)].map(([name, list]) => ({
            name,
            partitions: list.map(({ partition, offset }) => ({ partitionIndex: partition, offset })),
          })),
          timeoutMs: TIMEOUT_MS,
        });
        for (const { name, partitions } of response.topics) {
          for (const { partitionIndex, errorCode, lowWatermark } of partitions) {
            check(errorCode, `cannot delete records of ${name}-${partitionIndex}`, name);
            started.push({ topic: name, partition: partitionIndex, offset: lowWatermark });
          }
        }
      }
      return started;
    });
  }

  #metadata(names: readonly string[] | null): Promise<TopicMetadata[]> {
    return retrying(this.#cluster, async () => {
      const connection = await this.#cluster.any();
      const response = await connection.request(Metadata, {
        topics: names?.map((name) => ({ name, topicId: NIL_UUID })) ?? null,
        allowAutoTopicCreation: false,
      });
      return response.topics.map((topic): TopicMetadata => {
        const name = topic.name ?? "";
        check(topic.errorCode, `cannot describe topic ${name}`, name);
        return {
          name,
          id: topic.topicId,
          isInternal: topic.isInternal,
          partitions: topic.partitions
            .toSorted((a, b) => a.partitionIndex - b.partitionIndex)
            .map(({ partitionIndex, leaderId, leaderEpoch, replicaNodes, isrNodes }) => ({
              partition: partitionIndex,
              leaderId,
              leaderEpoch,
              replicas: replicaNodes,
              inSyncReplicas: isrNodes,
            })),
        };
      });
    });
  }
}

function check(errorCode: number, what: string, topic?: string, brokerMessage?: string | null): void {
  if (errorCode !== 0) throw brokerError(errorCode, what, { topic, brokerMessage });
}
