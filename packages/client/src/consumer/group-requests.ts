import {
  type AnyApi,
  ConsumerProtocolAssignment,
  ConsumerProtocolSubscription,
  Heartbeat,
  JoinGroup,
  LeaveGroup,
  type ResponseOf,
  SyncGroup,
} from "@letterpress/protocol";
import { writeReaderDeclarations } from "@letterpress/schema";
import { brokerError } from "../broker-error.ts";
import type { TopicPartition } from "../record.ts";
import type { Assignor, GroupAssignment, GroupMember } from "./assignors/assignor.ts";
import type { Coordinator } from "./coordinator.ts";
import type { Membership } from "./membership.ts";
import type { ResolvedConsumerOptions } from "./resolved-options.ts";

const PROTOCOL_TYPE = "consumer";
/** Newest version of the consumer protocol that every member's client can be expected to read past. */
const SUBSCRIPTION_VERSION = 3;
const ASSIGNMENT_VERSION = 0;
/** The version from which one request takes several members out. */
const LEAVE_MEMBERS_VERSION = 3;
/** What a join may take beyond the time the group waits for its members. */
const JOIN_SLACK_MS = 5_000;
/** How many heartbeats may go unanswered, one after the other, before a session ends. */
const HEARTBEATS_PER_SESSION = 3;

export type JoinResponse = ResponseOf<typeof JoinGroup>;

/** The four requests of the classic group protocol, for one member. All throw `LetterpressError`. */
export class GroupRequests {
  readonly #coordinator: Coordinator;
  readonly #options: ResolvedConsumerOptions;
  readonly #groupId: string;

  constructor(coordinator: Coordinator, groupId: string, options: ResolvedConsumerOptions) {
    this.#coordinator = coordinator;
    this.#options = options;
    this.#groupId = groupId;
  }

  /** Error codes are the caller's to read: the answer may carry a member id along with one. */
  async join(membership: Membership, owned: readonly TopicPartition[]): Promise<JoinResponse> {
    const { topics, assignors, readerSchemas, sessionTimeoutMs, rebalanceTimeoutMs } = this.#options;
    const connection = await this.#coordinator.connection("join");
    const subscription = {
      topics: topics.toSorted(),
      userData: readerSchemas.length === 0 ? null : writeReaderDeclarations(readerSchemas),
      ownedPartitions: byTopic(owned),
      generationId: membership.generationId,
    };
    const metadata = ConsumerProtocolSubscription.write(subscription, SUBSCRIPTION_VERSION);
    return connection.request(
      JoinGroup,
      {
        groupId: this.#groupId,
        sessionTimeoutMs,
        rebalanceTimeoutMs,
        memberId: membership.memberId,
        groupInstanceId: this.#instanceId,
        protocolType: PROTOCOL_TYPE,
        protocols: assignors.map(({ name }) => ({ name, metadata })),
      },
      { timeoutMs: rebalanceTimeoutMs + JOIN_SLACK_MS },
    );
  }

  /** The leader's assignments go to the coordinator; this member's own comes back. */
  async sync(
    membership: Membership,
    protocolName: string,
    assignment: GroupAssignment,
  ): Promise<TopicPartition[]> {
    const connection = await this.#coordinator.connection("join");
    const response = await connection.request(
      SyncGroup,
      {
        groupId: this.#groupId,
        generationId: membership.generationId,
        memberId: membership.memberId,
        groupInstanceId: this.#instanceId,
        protocolType: PROTOCOL_TYPE,
        protocolName,
        assignments: [...assignment].map(([memberId, partitions]) => ({
          memberId,
          assignment: ConsumerProtocolAssignment.write(
            { assignedPartitions: byTopic(partitions) },
            ASSIGNMENT_VERSION,
          ),
        })),
      },
      { timeoutMs: this.#options.rebalanceTimeoutMs + JOIN_SLACK_MS },
    );
    this.#check(response.errorCode, "cannot get the assignment");
    if (response.assignment.length === 0) return [];
    const { assignedPartitions } = ConsumerProtocolAssignment.read(response.assignment);
    return assignedPartitions.flatMap(({ topic, partitions }) =>
      partitions.map((partition) => ({ topic, partition })),
    );
  }

  async heartbeat({ generationId, memberId }: Membership): Promise<void> {
    const { requestTimeoutMs, sessionTimeoutMs } = this.#options;
    const connection = await this.#coordinator.connection();
    const body = { groupId: this.#groupId, generationId, memberId, groupInstanceId: this.#instanceId };
    // A coordinator that is paused says nothing; another one has to hear of this member before its session ends.
    const timeoutMs = Math.min(requestTimeoutMs, sessionTimeoutMs / HEARTBEATS_PER_SESSION);
    const response = await connection.request(Heartbeat, body, { timeoutMs });
    this.#check(response.errorCode, "the heartbeat was refused");
  }

  async leave({ memberId }: Membership, reason: string): Promise<void> {
    const connection = await this.#coordinator.connection();
    const version = connection.versionOf(LeaveGroup as AnyApi);
    const member = { memberId, groupInstanceId: this.#instanceId, reason };
    const who = version >= LEAVE_MEMBERS_VERSION ? { members: [member] } : { memberId };
    const response = await connection.request(LeaveGroup, { groupId: this.#groupId, ...who }, { version });
    this.#check(response.errorCode, "cannot leave");
  }

  /** What the members of a join said of themselves. */
  static members(response: JoinResponse): GroupMember[] {
    return response.members.map(({ memberId, groupInstanceId, metadata }) => {
      const { topics, ownedPartitions, generationId } = ConsumerProtocolSubscription.read(metadata);
      return {
        memberId,
        groupInstanceId: groupInstanceId ?? undefined,
        topics,
        generationId,
        ownedPartitions: ownedPartitions.flatMap(({ topic, partitions }) =>
          partitions.map((partition) => ({ topic, partition })),
        ),
      };
    });
  }

  /** The assignor that the group has agreed on. */
  assignorOf(protocolName: string | null): Assignor {
    return this.#options.assignors.find(({ name }) => name === protocolName) ?? this.#options.assignors[0]!;
  }

  #check(errorCode: number, what: string): void {
    if (errorCode !== 0) throw brokerError(errorCode, `${what} in group ${this.#groupId}`);
  }

  get #instanceId(): string | null {
    return this.#options.groupInstanceId ?? null;
  }
}

function byTopic(partitions: readonly TopicPartition[]): { topic: string; partitions: number[] }[] {
  return [...Map.groupBy(partitions, ({ topic }) => topic)].map(([topic, list]) => ({
    topic,
    partitions: list.map(({ partition }) => partition),
  }));
}
