import type { GroupError } from "./group-error.ts";
import type {
  GroupEffect,
  GroupLimits,
  GroupSnapshot,
  GroupState,
  JoinResult,
  MemberSnapshot,
  SyncResult,
} from "./group-types.ts";
import { NO_BYTES } from "./group-types.ts";
import { type Member, metadataFor } from "./member.ts";
import { MemberSet } from "./member-set.ts";
import { PartitionOwners } from "./partition-owners.ts";

/** What is to happen once a snapshot is stored. */
export type AfterPersist =
  | { readonly type: "distribute"; readonly assignments: ReadonlyMap<string, Buffer> }
  | { readonly type: "answerJoin"; readonly member: Member; readonly result: JoinResult }
  | { readonly type: "nothing" };

/** Everything one group knows. The files beside this one each hold one event that changes it. */
export class GroupData {
  readonly groupId: string;
  readonly limits: GroupLimits;
  state: GroupState = "Empty";
  stateTimestampMs: number;
  generationId = 0;
  protocolType: string | null = null;
  protocolName: string | null = null;
  readonly members = new MemberSet();
  /** Ids that were handed out with MEMBER_ID_REQUIRED, and until when they may be used. */
  readonly pendingMembers = new Map<string, number>();
  /** Members of this generation that have not asked for their assignment. */
  readonly pendingSync = new Set<Member>();
  /** When a rebalance stops waiting for members. */
  joinDeadlineMs: number | undefined;
  /** When members that have not synced are given up. */
  syncDeadlineMs: number | undefined;
  /** Set while a group's first generation waits for more members to come. */
  initialWait: { remainingMs: number; memberAdded: boolean } | undefined;
  /** Who owns which partition in this generation. */
  readonly owners = new PartitionOwners<Member>();
  readonly afterPersist = new Map<number, AfterPersist>();
  effects: GroupEffect[] = [];
  #nextTicket = 1;

  constructor(groupId: string, limits: GroupLimits, nowMs: number) {
    this.groupId = groupId;
    this.limits = limits;
    this.stateTimestampMs = nowMs;
  }

  enter(state: GroupState, nowMs: number): void {
    this.state = state;
    this.stateTimestampMs = nowMs;
  }

  persist(after: AfterPersist, snapshot: GroupSnapshot = this.snapshot()): void {
    const ticket = this.#nextTicket++;
    this.afterPersist.set(ticket, after);
    this.effects.push({ type: "persist", ticket, snapshot });
  }

  /** Answers a member's parked join, if it has one. */
  answerJoin(member: Member, result: JoinResult): void {
    const requestId = member.parkedJoin;
    if (requestId === undefined) return;
    member.parkedJoin = undefined;
    this.effects.push({ type: "respondJoin", requestId, result });
  }

  /** Answers a member's parked sync, if it has one. */
  answerSync(member: Member, error: GroupError): void {
    const requestId = member.parkedSync;
    if (requestId === undefined) return;
    member.parkedSync = undefined;
    this.effects.push({ type: "respondSync", requestId, result: this.syncResult(error, member.assignment) });
  }

  syncResult(error: GroupError, assignment: Buffer): SyncResult {
    if (error !== "NONE") return { error, protocolType: null, protocolName: null, assignment: NO_BYTES };
    return { error, protocolType: this.protocolType, protocolName: this.protocolName, assignment };
  }

  /** The successful answer to a join in the generation that stands. */
  joinResult(member: Member, withMembers: boolean): JoinResult {
    return {
      error: "NONE",
      memberId: member.memberId,
      generationId: this.generationId,
      protocolType: this.protocolType,
      protocolName: this.protocolName,
      leader: this.members.leader ?? "",
      skipAssignment: false,
      members: withMembers ? this.joinedMembers() : [],
    };
  }

  joinedMembers(): JoinResult["members"] {
    return Array.from(this.members, (member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      metadata: metadataFor(member, this.protocolName),
    }));
  }

  /** The group as it would be stored, with `assignments` instead of the ones in force. */
  snapshot(assignments?: ReadonlyMap<string, Buffer>): GroupSnapshot {
    return {
      protocolType: this.protocolType ?? "",
      generationId: this.generationId,
      protocolName: this.protocolName,
      leader: this.members.leader,
      stateTimestampMs: this.stateTimestampMs,
      members: Array.from(this.members, (member) => this.#memberSnapshot(member, assignments)),
    };
  }

  #memberSnapshot(member: Member, assignments?: ReadonlyMap<string, Buffer>): MemberSnapshot {
    return {
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      rebalanceTimeoutMs: member.rebalanceTimeoutMs,
      sessionTimeoutMs: member.sessionTimeoutMs,
      subscription: metadataFor(member, this.protocolName),
      assignment:
        assignments === undefined ? member.assignment : (assignments.get(member.memberId) ?? NO_BYTES),
    };
  }
}

export function joinError(error: GroupError, memberId: string): JoinResult {
  return {
    error,
    memberId,
    generationId: -1,
    protocolType: null,
    protocolName: null,
    leader: "",
    skipAssignment: false,
    members: [],
  };
}
