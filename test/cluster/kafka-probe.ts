import { batchOf } from "@letterpress/log/testing";
import {
  Fetch,
  FindCoordinator,
  Heartbeat,
  JoinGroup,
  ListOffsets,
  Metadata,
  OffsetCommit,
  OffsetFetch,
  OffsetForLeaderEpoch,
  Produce,
  SyncGroup,
} from "@letterpress/protocol";
import { TestClient } from "../../packages/broker/src/testing/test-client.ts";

const LATEST = -1n;

/** Which member of which generation asks; {@link NOBODY} commits from outside of the group. */
export interface ProbedMember {
  readonly memberId: string;
  readonly generationId: number;
}

export const NOBODY: ProbedMember = { memberId: "", generationId: -1 };

/**
 * One connection to one broker that asks single questions of it, and takes its word: it looks for no other leader and
 * sends nothing again.
 */
export class KafkaProbe implements AsyncDisposable {
  readonly #client: TestClient;

  private constructor(client: TestClient) {
    this.#client = client;
  }

  /** @param address `host:port` */
  static async open(address: string): Promise<KafkaProbe> {
    const [host = "", port] = address.split(":");
    return new KafkaProbe(await TestClient.connect({ host, port: Number(port) }));
  }

  /** The topic's id, and who leads each of its partitions in which epoch. */
  async leaders(topic: string) {
    const { topics } = await this.#client.send(Metadata, 12, { topics: [{ name: topic }] } as never);
    const { topicId, partitions } = topics[0]!;
    const sorted = partitions.toSorted((a, b) => a.partitionIndex - b.partitionIndex);
    return { topicId, partitions: sorted.map(({ leaderId, leaderEpoch }) => ({ leaderId, leaderEpoch })) };
  }

  async controllerId(): Promise<number> {
    return (await this.#client.send(Metadata, 12, { topics: [] })).controllerId;
  }

  /** -1 while nobody coordinates the group. */
  async coordinatorOf(group: string): Promise<number> {
    return (await this.#client.send(FindCoordinator, 3, { key: group, keyType: 0 })).nodeId;
  }

  /** One value without a producer id, acknowledged by all. */
  async produce(topic: string, partition: number, value: string) {
    const partitionData = [{ index: partition, records: batchOf([value], Date.now()) }];
    const body = { acks: -1, timeoutMs: 1_000, topicData: [{ name: topic, partitionData }] };
    const { errorCode, baseOffset } = (await this.#client.send(Produce, 9, body)).responses[0]!
      .partitionResponses[0]!;
    return { errorCode, offset: baseOffset };
  }

  /** Waits for `minBytes` behind `offset`, for `maxWaitMs` at most. */
  async fetch(topic: string, partition: number, offset: bigint, maxWaitMs = 0, minBytes = 0) {
    const partitions = [{ partition, fetchOffset: offset, partitionMaxBytes: 1024 }];
    const topics = [{ topic, partitions }];
    const body = { maxWaitMs, minBytes, isolationLevel: 0, topics, forgottenTopicsData: [] };
    const answer = await this.#client.send(Fetch, 12, body);
    const { errorCode, highWatermark } = answer.responses[0]!.partitions[0]!;
    return { errorCode, offset: highWatermark };
  }

  async endOffset(topic: string, partition: number) {
    const topics = [{ name: topic, partitions: [{ partitionIndex: partition, timestamp: LATEST }] }];
    const answer = await this.#client.send(ListOffsets, 7, { replicaId: -1, isolationLevel: 0, topics });
    const { errorCode, offset } = answer.topics[0]!.partitions[0]!;
    return { errorCode, offset };
  }

  /** Where an epoch ended. */
  async endOfEpoch(topic: string, partition: number, leaderEpoch: number) {
    const topics = [{ topic, partitions: [{ partition, leaderEpoch }] }];
    const answer = await this.#client.send(OffsetForLeaderEpoch, 4, { topics });
    const { errorCode, endOffset, leaderEpoch: epoch } = answer.topics[0]!.partitions[0]!;
    return { errorCode, offset: endOffset, leaderEpoch: epoch };
  }

  async commit(
    group: string,
    topic: string,
    partition: number,
    offset: bigint,
    member: ProbedMember = NOBODY,
  ) {
    const committed = { partitionIndex: partition, committedOffset: offset, committedMetadata: "" };
    const answer = await this.#client.send(OffsetCommit, 8, {
      groupId: group,
      memberId: member.memberId,
      generationIdOrMemberEpoch: member.generationId,
      topics: [{ name: topic, partitions: [committed] }],
    });
    return { errorCode: answer.topics[0]!.partitions[0]!.errorCode };
  }

  /** The committed offset; -1 for none. */
  async committed(group: string, topic: string, partition: number) {
    const topics = [{ name: topic, partitionIndexes: [partition] }];
    const answer = await this.#client.send(OffsetFetch, 7, { groupId: group, topics });
    const found = answer.topics[0]?.partitions[0];
    return { errorCode: answer.errorCode || (found?.errorCode ?? 0), offset: found?.committedOffset ?? -1n };
  }

  async heartbeat(group: string, member: ProbedMember) {
    return { errorCode: (await this.#client.send(Heartbeat, 4, { groupId: group, ...member })).errorCode };
  }

  /** Joins with a protocol of no members' data; answered when the next generation starts. */
  async join(group: string, memberId = "") {
    const answer = await this.#client.send(JoinGroup, 5, {
      groupId: group,
      sessionTimeoutMs: 30_000,
      rebalanceTimeoutMs: 60_000,
      memberId,
      protocolType: "consumer",
      protocols: [{ name: "range", metadata: Buffer.alloc(0) }],
    });
    const { errorCode, generationId } = answer;
    return { errorCode, generationId, memberId: answer.memberId };
  }

  /** A member that is alone in its group, from its first join to its assignment. */
  async joinAlone(group: string): Promise<ProbedMember> {
    const { memberId } = await this.join(group);
    const { generationId } = await this.join(group, memberId);
    const assignments = [{ memberId, assignment: Buffer.alloc(0) }];
    await this.#client.send(SyncGroup, 3, { groupId: group, generationId, memberId, assignments });
    return { memberId, generationId };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#client[Symbol.asyncDispose]();
  }
}
