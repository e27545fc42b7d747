import type { GroupError } from "./group-error.ts";

/** `Dead` groups were unloaded or deleted; they answer nothing any more. */
export type GroupState = "Empty" | "PreparingRebalance" | "CompletingRebalance" | "Stable" | "Dead";

/** One way of assigning partitions that a member offers, with what its assignor wants to know (the subscription). */
export interface MemberProtocol {
  readonly name: string;
  readonly metadata: Buffer;
}

/** What a group allows. Times in milliseconds. */
export interface GroupLimits {
  /** Default 6000 (`group.min.session.timeout.ms`). */
  readonly sessionTimeoutMsMin: number;
  /** Default 1800000 (`group.max.session.timeout.ms`). */
  readonly sessionTimeoutMsMax: number;
  /**
   * How long an empty group waits for more members before its first generation. Default 0: a lone consumer
   * starts at once (`group.initial.rebalance.delay.ms`, 3000 in Kafka).
   */
  readonly initialRebalanceDelayMs: number;
  /** Members, and members-to-be, of one group. Default 10000 (`group.max.size`). */
  readonly membersMax: number;
}

/** A JoinGroup request. `requestId` names the parked request in the effects. */
export interface JoinRequest {
  readonly requestId: number;
  /** Empty when the member has no id yet. */
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly protocolType: string;
  readonly protocols: readonly MemberProtocol[];
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  /** Version 4 on: a dynamic member without an id is sent away with one first (KIP-394). */
  readonly requiresKnownMemberId: boolean;
  /** Version 9 on: a restarted static leader is told to skip the assignment (KIP-814). */
  readonly supportsSkippingAssignment: boolean;
  /** An id for the member, should it need one: the group itself knows no randomness. */
  readonly newMemberId: string;
}

export interface JoinedMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly metadata: Buffer;
}

export interface JoinResult {
  readonly error: GroupError;
  readonly memberId: string;
  readonly generationId: number;
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  readonly leader: string;
  readonly skipAssignment: boolean;
  /** Everybody's metadata, for the leader alone. */
  readonly members: readonly JoinedMember[];
}

/** A SyncGroup request. */
export interface SyncRequest extends MemberIdentity {
  readonly requestId: number;
  readonly generationId: number;
  /** Null before version 5. */
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  readonly assignments: readonly { readonly memberId: string; readonly assignment: Buffer }[];
}

export interface SyncResult {
  readonly error: GroupError;
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  readonly assignment: Buffer;
}

export interface MemberIdentity {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
}

export interface LeaveResult extends MemberIdentity {
  readonly error: GroupError;
}

/** A member as it is stored, and as it comes back after a restart. */
export interface MemberSnapshot extends MemberIdentity {
  readonly clientId: string;
  readonly clientHost: string;
  readonly rebalanceTimeoutMs: number;
  readonly sessionTimeoutMs: number;
  /** The metadata of the generation's protocol. */
  readonly subscription: Buffer;
  readonly assignment: Buffer;
}

/** A group at the beginning of a generation: what `GroupMetadataValue` keeps. */
export interface GroupSnapshot {
  readonly protocolType: string;
  readonly generationId: number;
  readonly protocolName: string | null;
  readonly leader: string | null;
  readonly stateTimestampMs: number;
  readonly members: readonly MemberSnapshot[];
}

/** What a group wants done. The group never waits: what happened comes back as an event. */
export type GroupEffect =
  | { readonly type: "respondJoin"; readonly requestId: number; readonly result: JoinResult }
  | { readonly type: "respondSync"; readonly requestId: number; readonly result: SyncResult }
  /** Store the snapshot; then call `persisted(ticket)`. Snapshots are stored in the order of their effects. */
  | { readonly type: "persist"; readonly ticket: number; readonly snapshot: GroupSnapshot }
  /** The leader's assignments were refused; for the log. */
  | { readonly type: "assignmentRefused"; readonly memberId: string; readonly message: string };

export const NO_BYTES: Buffer = Buffer.alloc(0);
