import { type AnyApi, OffsetCommit, OffsetFetch } from "@letterpress/protocol";
import { backoffMs, delay } from "../backoff.ts";
import { brokerError } from "../broker-error.ts";
import { LetterpressError } from "../letterpress-error.ts";
import type { TopicPartition, TopicPartitionOffset } from "../record.ts";
import type { Coordinator } from "./coordinator.ts";
import type { Membership } from "./membership.ts";
import { partitionKey } from "./partition-state.ts";

/** The version from which one request asks for several groups (KIP-709). */
const GROUPS_VERSION = 8;
/** Kafka's answer for a partition without a committed offset. */
const NONE_COMMITTED = -1n;

interface RetryOptions {
  readonly patienceMs: number;
  /** Names errors that are retried although their like is not. */
  readonly isPassing?: (error: LetterpressError) => boolean;
  readonly signal?: AbortSignal | undefined;
}

/** The offsets that a group has committed, at its coordinator. */
export class CommittedOffsets {
  readonly #coordinator: Coordinator;
  readonly #group: string;
  readonly #groupInstanceId: string | undefined;
  readonly #patienceMs: number;

  /** @param patienceMs how long failures that may pass are retried. */
  constructor(
    coordinator: Coordinator,
    group: string,
    groupInstanceId: string | undefined,
    patienceMs: number,
  ) {
    this.#coordinator = coordinator;
    this.#patienceMs = patienceMs;
    this.#group = group;
    this.#groupInstanceId = groupInstanceId;
  }

  /** The committed offset by partition key; partitions without one are missing. */
  fetch(partitions: readonly TopicPartition[], signal?: AbortSignal): Promise<Map<string, bigint>> {
    return this.#retrying(() => this.#fetchOnce(partitions), { patienceMs: this.#patienceMs, signal });
  }

  /**
   * Commits as a member of the group. `membership` is asked for at each attempt: a rebalance changes it, and a commit
   * that falls into one goes through behind it.
   *
   * @param patienceMs default that of all requests.
   * @throws LetterpressError `GROUP_REBALANCED` when the member has lost its place.
   */
  commit(
    offsets: readonly TopicPartitionOffset[],
    membership: () => Membership,
    patienceMs = this.#patienceMs,
  ): Promise<void> {
    if (offsets.length === 0) return Promise.resolve();
    let used = membership();
    const attempt = (): Promise<void> => {
      used = membership();
      return this.#commitOnce(offsets, used);
    };
    const isPassing = ({ kafkaError }: LetterpressError): boolean =>
      kafkaError === "REBALANCE_IN_PROGRESS" ||
      (kafkaError === "ILLEGAL_GENERATION" && membership().generationId > used.generationId);
    return this.#retrying(attempt, { patienceMs, isPassing });
  }

  async #fetchOnce(partitions: readonly TopicPartition[]): Promise<Map<string, bigint>> {
    const connection = await this.#coordinator.connection();
    const version = connection.versionOf(OffsetFetch as AnyApi);
    const topics = byTopic(partitions).map(([name, list]) => ({
      name,
      partitionIndexes: list.map(({ partition }) => partition),
    }));
    const groupId = this.#group;
    const body = version >= GROUPS_VERSION ? { groups: [{ groupId, topics }] } : { groupId, topics };
    const requireStable = version >= 7 ? { requireStable: true } : {};
    const response = await connection.request(OffsetFetch, { ...body, ...requireStable }, { version });
    const answer = version >= GROUPS_VERSION ? response.groups[0] : response;
    if (answer === undefined) {
      throw new LetterpressError("PROTOCOL_VIOLATION", `no offsets were answered for group ${groupId}`);
    }
    this.#check(answer.errorCode, "cannot read the offsets");
    const offsets = new Map<string, bigint>();
    for (const topic of answer.topics) {
      for (const { partitionIndex, committedOffset, errorCode } of topic.partitions) {
        this.#check(errorCode, `cannot read the offset of ${topic.name}-${partitionIndex}`);
        if (committedOffset !== NONE_COMMITTED) {
          offsets.set(partitionKey(topic.name, partitionIndex), committedOffset);
        }
      }
    }
    return offsets;
  }

  async #commitOnce(offsets: readonly TopicPartitionOffset[], membership: Membership): Promise<void> {
    const connection = await this.#coordinator.connection();
    const response = await connection.request(OffsetCommit, {
      groupId: this.#group,
      generationIdOrMemberEpoch: membership.generationId,
      memberId: membership.memberId,
      groupInstanceId: this.#groupInstanceId ?? null,
      topics: byTopic(offsets).map(([name, list]) => ({
        name,
        partitions: list.map(({ partition, offset }) => ({
          partitionIndex: partition,
          committedOffset: offset,
          committedMetadata: "",
        })),
      })),
    });
    for (const topic of response.topics) {
      for (const { partitionIndex, errorCode } of topic.partitions) {
        this.#check(errorCode, `cannot commit the offset of ${topic.name}-${partitionIndex}`);
      }
    }
  }

  #check(errorCode: number, what: string): void {
    if (errorCode !== 0) throw brokerError(errorCode, `${what} for group ${this.#group}`);
  }

  async #retrying<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
    const { patienceMs, isPassing, signal } = options;
    const deadlineMs = performance.now() + patienceMs;
    for (let count = 1; ; count++) {
      try {
        return await attempt();
      } catch (cause) {
        const error = LetterpressError.from(cause);
        this.#coordinator.noticeFailure(error);
        const mayRetry = error.retriable || isPassing?.(error) === true;
        if (!mayRetry || performance.now() > deadlineMs) throw error;
        await delay(backoffMs(count), signal);
      }
    }
  }
}

function byTopic<T extends TopicPartition>(partitions: readonly T[]): [topic: string, partitions: T[]][] {
  return [...Map.groupBy(partitions, ({ topic }) => topic)];
}
