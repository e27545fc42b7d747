import { claimAssignments } from "./assignment.ts";
import { abandon, nextDeadlineMs, tick } from "./expiry.ts";
import { GroupData, joinError } from "./group-data.ts";
import type { GroupError } from "./group-error.ts";
import type {
  GroupEffect,
  GroupLimits,
  GroupSnapshot,
  GroupState,
  JoinRequest,
  LeaveResult,
  MemberIdentity,
  SyncRequest,
} from "./group-types.ts";
import { join } from "./join.ts";
import { leave } from "./leave.ts";
import { metadataFor, restoredMember } from "./member.ts";
import { checkGeneration } from "./member-check.ts";
import { dropAssignments } from "./rebalance.ts";
import { subscribedTopics } from "./subscription.ts";
import { persisted, sync } from "./sync.ts";

/**
 * One consumer group in the classic protocol: a pure state machine. Events come in by the methods, with the time
 * they happen at; what is to be done comes out of {@link takeEffects}. It has no clock, no socket and no promise.
 *
 *     Empty -> PreparingRebalance -> CompletingRebalance -> Stable
 *       ^____________|   ^___________________|________________|
 *
 * A group is prepared while its members join, completed while its leader assigns, and stable while all of them
 * only send heartbeats. The rules are those of Kafka's coordinator (KIP-62, 134, 345, 394, 559, 800, 814), plus:
 * a partition has one owner per generation, and only its owner commits for it.
 */
export class Group {
  readonly groupId: string;
  readonly #data: GroupData;

  constructor(groupId: string, limits: GroupLimits, nowMs: number) {
    this.groupId = groupId;
    this.#data = new GroupData(groupId, limits, nowMs);
  }

  /** A group out of the log: its generation and its assignments hold, its members have to be heard of. */
  static restore(groupId: string, snapshot: GroupSnapshot, limits: GroupLimits, nowMs: number): Group {
    const group = new Group(groupId, limits, snapshot.stateTimestampMs);
    const data = group.#data;
    data.state = snapshot.members.length === 0 ? "Empty" : "Stable";
    data.generationId = snapshot.generationId;
    data.protocolType = snapshot.protocolType === "" ? null : snapshot.protocolType;
    data.protocolName = snapshot.protocolName;
    for (const stored of snapshot.members) {
      data.members.add(restoredMember(stored, snapshot.protocolName ?? "", nowMs));
    }
    if (snapshot.leader !== null && data.members.get(snapshot.leader) !== undefined) {
      data.members.leader = snapshot.leader;
    }
    claimAssignments(data);
    return group;
  }

  get state(): GroupState {
    return this.#data.state;
  }

  get generationId(): number {
    return this.#data.generationId;
  }

  get protocolType(): string | null {
    return this.#data.protocolType;
  }

  get stateTimestampMs(): number {
    return this.#data.stateTimestampMs;
  }

  /** Whether somebody belongs to the group or is about to. */
  get hasMembers(): boolean {
    return this.#data.members.size > 0 || this.#data.pendingMembers.size > 0;
  }

  join(request: JoinRequest, nowMs: number): void {
    join(this.#data, request, nowMs);
  }

  sync(request: SyncRequest, nowMs: number): void {
    sync(this.#data, request, nowMs);
  }

  leave(leaving: readonly MemberIdentity[], nowMs: number): LeaveResult[] {
    return leave(this.#data, leaving, nowMs);
  }

  /** A member is alive. While others join, it is told to do so too. */
  heartbeat(identity: MemberIdentity, generationId: number, nowMs: number): GroupError {
    if (this.#data.state === "Dead") return "COORDINATOR_NOT_AVAILABLE";
    const error = checkGeneration(this.#data, identity, generationId);
    if (error !== "NONE") return error;
    this.#touch(identity.memberId, nowMs);
    return this.#data.state === "PreparingRebalance" ? "REBALANCE_IN_PROGRESS" : "NONE";
  }

  /**
   * Whether offsets may be committed: by a member of this generation, or, while the group is empty, by anybody
   * who claims to be no member (a consumer that assigns itself, or an administrator). Counts as a heartbeat.
   */
  commit(identity: MemberIdentity, generationId: number, nowMs: number): GroupError {
    const { state } = this.#data;
    if (state === "Dead") return "COORDINATOR_NOT_AVAILABLE";
    const { memberId, groupInstanceId } = identity;
    if (generationId < 0 && state === "Empty") return "NONE";
    if (generationId < 0 && memberId === "" && groupInstanceId === null) return "UNKNOWN_MEMBER_ID";
    const error = checkGeneration(this.#data, identity, generationId);
    if (error !== "NONE") return error;
    if (state === "CompletingRebalance") return "REBALANCE_IN_PROGRESS";
    this.#touch(memberId, nowMs);
    return "NONE";
  }

  /** Whether another member owns the partition in this generation, so that `memberId` cannot commit for it. */
  isOwnedByOther(memberId: string, topic: string, partition: number): boolean {
    const owner = this.#data.owners.of(topic, partition);
    return (
      owner !== undefined && owner.memberId !== memberId && this.#data.members.get(owner.memberId) === owner
    );
  }

  /** Whether a member consumes this topic. One whose subscription cannot be read might. */
  subscribes(topic: string): boolean {
    for (const member of this.#data.members) {
      const topics = subscribedTopics(metadataFor(member, this.#data.protocolName));
      if (topics === undefined || topics.has(topic)) return true;
    }
    return false;
  }

  /** The snapshot of that ticket is stored, or could not be. */
  persisted(ticket: number, error: GroupError, nowMs: number): void {
    persisted(this.#data, ticket, error, nowMs);
  }

  /** The connection that carried a parked request is gone. */
  abandon(requestId: number, nowMs: number): void {
    abandon(this.#data, requestId, nowMs);
  }

  tick(nowMs: number): void {
    tick(this.#data, nowMs);
  }

  /** When {@link tick} is due; undefined for never. */
  nextDeadlineMs(): number | undefined {
    return nextDeadlineMs(this.#data);
  }

  /** Ends the group: it was deleted, or its coordinator moved. Whoever waits is answered with `error`. */
  close(error: GroupError, nowMs: number): void {
    for (const member of this.#data.members) this.#data.answerJoin(member, joinError(error, member.memberId));
    dropAssignments(this.#data, error);
    this.#data.enter("Dead", nowMs);
  }

  /** What is to be done since the last call, in order. */
  takeEffects(): GroupEffect[] {
    const { effects } = this.#data;
    if (effects.length > 0) this.#data.effects = [];
    return effects;
  }

  /** The group as it stands, for descriptions. */
  snapshot(): GroupSnapshot {
    return this.#data.snapshot();
  }

  #touch(memberId: string, nowMs: number): void {
    const member = this.#data.members.get(memberId);
    if (member !== undefined)
      member.deadlineMs = Math.max(member.deadlineMs, nowMs + member.sessionTimeoutMs);
  }
}
