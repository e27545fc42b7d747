import { errorByCode } from "@letterpress/protocol";
import { backoffMs, delay } from "../backoff.ts";
import { brokerError } from "../broker-error.ts";
import { LetterpressError } from "../letterpress-error.ts";
import type { Cluster } from "../metadata/cluster.ts";
import type { TopicPartition } from "../record.ts";
import type { GroupAssignment } from "./assignors/assignor.ts";
import type { Coordinator } from "./coordinator.ts";
import { GroupRequests, type JoinResponse } from "./group-requests.ts";
import { Heart } from "./heart.ts";
import { type Membership, NO_MEMBERSHIP } from "./membership.ts";
import { partitionKey } from "./partition-state.ts";
import type { ResolvedConsumerOptions } from "./resolved-options.ts";

/** What a member needs of its consumer. */
export interface AssignmentHandler {
  /** Finish with these partitions and commit them; the member still owns them. */
  revoke(partitions: readonly TopicPartition[]): Promise<void>;
  /** The member does not own these partitions any more. */
  lose(partitions: readonly TopicPartition[]): Promise<void>;
  assign(partitions: readonly TopicPartition[]): Promise<void>;
  /** Resolves when the loop, which was stuck, asks for records again. */
  whenPolled(): Promise<void>;
  fail(error: LetterpressError): void;
}

/** The leader of a group looks for new partitions of its topics at this age of its metadata, or at the next heartbeat. */
const SUBSCRIPTION_AGE_MS = 5_000;
/** Errors by which the coordinator says that this member is not, or no longer, part of the group. */
const EXPELLED_ERRORS: readonly (string | undefined)[] = ["UNKNOWN_MEMBER_ID", "ILLEGAL_GENERATION"];

/**
 * One member of a classic consumer group: joins, keeps itself alive, takes part in rebalances, and leaves. With
 * cooperative assignors it goes on reading through a rebalance and gives up only what moves (KIP-429).
 */
export class GroupMember {
  readonly #cluster: Cluster;
  readonly #coordinator: Coordinator;
  readonly #options: ResolvedConsumerOptions;
  readonly #requests: GroupRequests;
  readonly #handler: AssignmentHandler;
  readonly #isCooperative: boolean;
  readonly #heart: Heart;
  readonly #stopping = new AbortController();
  #membership: Membership = NO_MEMBERSHIP;
  #owned: readonly TopicPartition[] = [];
  #running: Promise<void> | undefined;
  /** The partition counts this member has assigned by, while it leads the group. */
  #assignedCounts: ReadonlyMap<string, number> | undefined;

  constructor(
    cluster: Cluster,
    coordinator: Coordinator,
    groupId: string,
    options: ResolvedConsumerOptions,
    handler: AssignmentHandler,
    progress: () => { readonly isBusy: boolean; readonly count: number },
  ) {
    this.#cluster = cluster;
    this.#coordinator = coordinator;
    this.#options = options;
    this.#handler = handler;
    this.#requests = new GroupRequests(coordinator, groupId, options);
    this.#isCooperative = options.assignors.every(({ protocol }) => protocol === "cooperative");
    this.#heart = new Heart(options, () => this.#beat(), progress);
  }

  get membership(): Membership {
    return this.#membership;
  }

  get owned(): readonly TopicPartition[] {
    return this.#owned;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Gives everything up and leaves; a static member keeps its place until its session times out. */
  async stop(): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    this.#stopping.abort();
    this.#heart.interrupt("stopped");
    const membership = this.#membership;
    await this.#handler.revoke(this.#owned).catch(() => undefined);
    this.#owned = [];
    this.#heart.stop();
    if (membership.memberId !== "" && this.#options.groupInstanceId === undefined) {
      await this.#requests.leave(membership, "the consumer was closed").catch(() => undefined);
    }
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    for (let failures = 0; !signal.aborted; ) {
      try {
        for (const topic of this.#options.topics) await this.#cluster.topic(topic, signal);
        await this.#rebalance();
        failures = 0;
        await this.#live();
      } catch (cause) {
        if (signal.aborted) return;
        const error = LetterpressError.from(cause);
        this.#coordinator.noticeFailure(error);
        if (!(await this.#recover(error))) return;
        if (++failures > 1) await delay(backoffMs(failures), signal).catch(() => undefined);
      }
    }
  }

  /** Whether joining again makes sense after the error. Fatal ones end the consumer. */
  async #recover(error: LetterpressError): Promise<boolean> {
    if (EXPELLED_ERRORS.includes(error.kafkaError)) {
      await this.#expel();
      return true;
    }
    if (error.retriable || error.kafkaError === "REBALANCE_IN_PROGRESS") return true;
    this.#heart.stop();
    await this.#lose();
    this.#handler.fail(error);
    return false;
  }

  /** Joins, repeatedly while partitions have to be given up first, until the assignment stands. */
  async #rebalance(): Promise<void> {
    for (let isSettled = false; !isSettled && !this.#stopping.signal.aborted; ) {
      if (!this.#isCooperative && this.#owned.length > 0) {
        await this.#handler.revoke(this.#owned);
        this.#owned = [];
      }
      this.#heart.stop();
      const joined = await this.#join();
      if (this.#stopping.signal.aborted) return;
      this.#heart.start();
      const assignment = joined.leader === joined.memberId ? await this.#assign(joined) : new Map();
      const protocolName = joined.protocolName ?? "";
      const assigned = await this.#requests.sync(this.#membership, protocolName, assignment);
      isSettled = await this.#apply(assigned);
    }
  }

  async #join(): Promise<JoinResponse> {
    for (;;) {
      const response = await this.#requests.join(this.#membership, this.#owned);
      const { memberId, generationId } = response;
      const { name } = errorByCode(response.errorCode);
      if (name === "NONE") {
        this.#membership = { memberId, generationId };
        return response;
      }
      // A new member is first told its id, so that a lost answer leaves no ghost behind (KIP-394).
      if (name !== "MEMBER_ID_REQUIRED") throw brokerError(response.errorCode, "cannot join the group");
      this.#membership = { memberId, generationId: -1 };
    }
  }

  /** Runs the assignor for the whole group: this member leads it. */
  async #assign(joined: JoinResponse): Promise<GroupAssignment> {
    const members = GroupRequests.members(joined);
    const topics = [...new Set(members.flatMap((member) => member.topics))];
    for (const topic of topics) {
      // A topic that only other members know, and that is gone, has no partitions.
      await this.#cluster.topic(topic, this.#stopping.signal).catch(() => undefined);
    }
    this.#assignedCounts = this.#countPartitions(topics);
    return this.#requests.assignorOf(joined.protocolName).assign(members, this.#assignedCounts);
  }

  #countPartitions(topics: Iterable<string>): Map<string, number> {
    const counts = new Map<string, number>();
    for (const topic of topics) {
      const metadata = this.#cluster.metadata.topic(topic);
      if (metadata !== undefined) counts.set(topic, metadata.partitions.length);
    }
    return counts;
  }

  /** Takes an assignment over; false when partitions were given up, so that the group has to rebalance again. */
  async #apply(assigned: readonly TopicPartition[]): Promise<boolean> {
    const wanted = new Set(assigned.map(keyOf));
    const had = new Set(this.#owned.map(keyOf));
    const revoked = this.#owned.filter((partition) => !wanted.has(keyOf(partition)));
    const added = assigned.filter((partition) => !had.has(keyOf(partition)));
    if (revoked.length > 0) await this.#handler.revoke(revoked);
    this.#owned = assigned;
    if (!this.#stopping.signal.aborted) await this.#handler.assign(added);
    return revoked.length === 0;
  }

  /** Keeps the session until there is reason to join again. */
  async #live(): Promise<void> {
    const reason = await this.#heart.interrupted();
    if (reason !== "stuck" || this.#stopping.signal.aborted) return;
    await this.#requests
      .leave(this.#membership, "the loop took longer than maxPollIntervalMs")
      .catch(() => undefined);
    await this.#expel();
    await this.#handler.whenPolled();
  }

  async #beat(): Promise<void> {
    try {
      await this.#requests.heartbeat(this.#membership);
    } catch (cause) {
      const error = LetterpressError.from(cause);
      this.#coordinator.noticeFailure(error);
      if (!error.retriable || error.kafkaError === "REBALANCE_IN_PROGRESS") throw error;
    }
    const counts = this.#assignedCounts;
    if (counts === undefined) return;
    this.#cluster.refreshIfOlder(SUBSCRIPTION_AGE_MS);
    const now = this.#countPartitions(counts.keys());
    if ([...counts].some(([topic, count]) => now.get(topic) !== count)) this.#heart.interrupt("rejoin");
  }

  async #expel(): Promise<void> {
    this.#heart.stop();
    this.#membership = NO_MEMBERSHIP;
    await this.#lose();
  }

  async #lose(): Promise<void> {
    const lost = this.#owned;
    this.#owned = [];
    this.#assignedCounts = undefined;
    if (lost.length > 0) await this.#handler.lose(lost);
  }
}

function keyOf({ topic, partition }: TopicPartition): string {
  return partitionKey(topic, partition);
}
