import {
  ConsumerProtocolAssignment,
  ConsumerProtocolSubscription,
  DeleteGroups,
  DescribeGroups,
  ListGroups,
} from "@letterpress/protocol";
import { type ReaderDeclaration, readReaderDeclarations } from "@letterpress/schema";
import { brokerError } from "../broker-error.ts";
import { BrokerPool } from "../connection/broker-pool.ts";
import type { Connection } from "../connection/connection.ts";
import { CommittedOffsets } from "../consumer/committed-offsets.ts";
import { Coordinator } from "../consumer/coordinator.ts";
import { listOffsets } from "../consumer/list-offsets.ts";
import { NO_MEMBERSHIP } from "../consumer/membership.ts";
import { partitionKey } from "../consumer/partition-state.ts";
import type { Cluster } from "../metadata/cluster.ts";
import { ADMIN_PATIENCE_MS } from "../patience.ts";
import type { TopicPartition, TopicPartitionOffset } from "../record.ts";
import { type OffsetSpec, timestampOf } from "./offset-spec.ts";
import { retrying } from "./retrying.ts";

export interface GroupListing {
  readonly group: string;
  readonly protocolType: string;
  /** Empty from brokers older than Kafka 2.6. */
  readonly state: string;
}

export interface GroupMemberDescription {
  readonly memberId: string;
  readonly groupInstanceId: string | undefined;
  readonly clientId: string;
  readonly clientHost: string;
  readonly topics: readonly string[];
  readonly assignment: readonly TopicPartition[];
  /** The schemas the member says it reads with; undefined from clients that do not say. */
  readonly readerSchemas: readonly ReaderDeclaration[] | undefined;
}

export interface GroupDescription {
  readonly group: string;
  /** `Stable`, `Empty`, `PreparingRebalance`, `CompletingRebalance` or `Dead`. */
  readonly state: string;
  /** The assignor the members have agreed on. */
  readonly assignor: string;
  readonly members: readonly GroupMemberDescription[];
}

/** Administers consumer groups. All methods throw `LetterpressError`. */
export class GroupAdmin {
  readonly #cluster: Cluster;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** The groups of all brokers. */
  list(): Promise<GroupListing[]> {
    return retrying(this.#cluster, async () => {
      await this.#cluster.refresh();
      const listings = await Promise.all(
        this.#cluster.metadata.brokers.map(async ({ nodeId }) => {
          const connection = await this.#cluster.node(nodeId);
          const response = await connection.request(ListGroups, {});
          check(response.errorCode, "cannot list groups");
          return response.groups;
        }),
      );
      return listings.flat().map(({ groupId, protocolType, groupState }) => ({
        group: groupId,
        protocolType,
        state: groupState,
      }));
    });
  }

  /** State, members and their partitions. */
  describe(group: string): Promise<GroupDescription> {
    return this.#atCoordinator(group, async (connection) => {
      const response = await connection.request(DescribeGroups, { groups: [group] });
      const described = response.groups[0];
      check(described?.errorCode ?? -1, `cannot describe group ${group}`);
      const members = described!.members.map((member): GroupMemberDescription => {
        const { memberId, groupInstanceId, clientId, clientHost, memberMetadata, memberAssignment } = member;
        const subscription =
          memberMetadata.length === 0 ? undefined : ConsumerProtocolSubscription.read(memberMetadata);
        return {
          memberId,
          groupInstanceId: groupInstanceId ?? undefined,
          clientId,
          clientHost,
          topics: subscription?.topics ?? [],
          assignment: memberAssignment.length === 0 ? [] : partitionsOf(memberAssignment),
          readerSchemas: subscription?.userData ? readReaderDeclarations(subscription.userData) : undefined,
        };
      });
      return { group, state: described!.groupState, assignor: described!.protocolData, members };
    });
  }

  /** Deletes groups without members, and their offsets. */
  async delete(groups: readonly string[]): Promise<void> {
    for (const group of groups) {
      await this.#atCoordinator(group, async (connection) => {
        const response = await connection.request(DeleteGroups, { groupsNames: [group] });
        for (const { errorCode } of response.results) check(errorCode, `cannot delete group ${group}`);
      });
    }
  }

  /** The committed offsets of these partitions; those without one are left out. */
  fetchOffsets(group: string, partitions: readonly TopicPartition[]): Promise<TopicPartitionOffset[]> {
    return this.#withOffsets(group, async (offsets) => {
      const committed = await offsets.fetch(partitions);
      return partitions.flatMap(({ topic, partition }) => {
        const offset = committed.get(partitionKey(topic, partition));
        return offset === undefined ? [] : [{ topic, partition, offset }];
      });
    });
  }

  /** Sets the committed offsets of a group that has no members now. */
  alterOffsets(group: string, offsets: readonly TopicPartitionOffset[]): Promise<void> {
    return this.#withOffsets(group, (committed) => committed.commit(offsets, () => NO_MEMBERSHIP));
  }

  /** Moves a group that has no members to a place in every partition of the topics; returns the new offsets. */
  async resetOffsets(
    group: string,
    topics: readonly string[],
    spec: OffsetSpec,
  ): Promise<TopicPartitionOffset[]> {
    const metadata = await Promise.all(topics.map((topic) => this.#cluster.topic(topic)));
    const partitions = metadata.flatMap(({ name, partitions }) =>
      partitions.map(({ partition }) => ({ topic: name, partition })),
    );
    const found = await listOffsets(this.#cluster, partitions, timestampOf(spec), false);
    const ends = await listOffsets(this.#cluster, partitions, timestampOf("latest"), false);
    const offsets = partitions.map(({ topic, partition }) => {
      const key = partitionKey(topic, partition);
      const { offset } = found.get(key)!;
      return { topic, partition, offset: offset >= 0n ? offset : ends.get(key)!.offset };
    });
    await this.alterOffsets(group, offsets);
    return offsets;
  }

  #withOffsets<T>(group: string, use: (offsets: CommittedOffsets) => Promise<T>): Promise<T> {
    return this.#withCoordinator(group, (coordinator) =>
      use(new CommittedOffsets(coordinator, group, undefined, ADMIN_PATIENCE_MS)),
    );
  }

  #atCoordinator<T>(group: string, use: (connection: Connection) => Promise<T>): Promise<T> {
    return this.#withCoordinator(group, (coordinator) =>
      retrying(this.#cluster, async () => {
        try {
          return await use(await coordinator.connection());
        } catch (error) {
          coordinator.forget();
          throw error;
        }
      }),
    );
  }

  async #withCoordinator<T>(group: string, use: (coordinator: Coordinator) => Promise<T>): Promise<T> {
    const pool = new BrokerPool(this.#cluster.options);
    try {
      return await use(new Coordinator(this.#cluster, pool, group));
    } finally {
      pool.close();
    }
  }
}

function partitionsOf(assignment: Buffer): TopicPartition[] {
  return ConsumerProtocolAssignment.read(assignment).assignedPartitions.flatMap(({ topic, partitions }) =>
    partitions.map((partition) => ({ topic, partition })),
  );
}

function check(errorCode: number, what: string): void {
  if (errorCode !== 0) throw brokerError(errorCode, what);
}
