import type { JoinRequest, MemberProtocol, MemberSnapshot } from "./group-types.ts";
import { NO_BYTES } from "./group-types.ts";

/**
 * How long a member that joined without knowing its id may stay parked. It cannot send heartbeats, and a client
 * that gave up would leave one such member behind per attempt. Kafka's value.
 */
const NEW_MEMBER_JOIN_TIMEOUT_MS = 300_000;

/** One member of a group. */
export interface Member {
  memberId: string;
  readonly groupInstanceId: string | null;
  clientId: string;
  clientHost: string;
  sessionTimeoutMs: number;
  rebalanceTimeoutMs: number;
  /** In the member's order of preference. */
  protocols: readonly MemberProtocol[];
  assignment: Buffer;
  /** When it is given up unless it is heard of before. */
  deadlineMs: number;
  /** It has not been told its generation yet. */
  isNew: boolean;
  /** It has an id to come back with when its connection breaks. */
  canReturn: boolean;
  parkedJoin: number | undefined;
  parkedSync: number | undefined;
}

export function newMember(memberId: string, request: JoinRequest, nowMs: number): Member {
  return {
    memberId,
    groupInstanceId: request.groupInstanceId,
    clientId: request.clientId,
    clientHost: request.clientHost,
    sessionTimeoutMs: request.sessionTimeoutMs,
    rebalanceTimeoutMs: request.rebalanceTimeoutMs,
    protocols: request.protocols,
    assignment: NO_BYTES,
    deadlineMs: nowMs + NEW_MEMBER_JOIN_TIMEOUT_MS,
    isNew: true,
    canReturn: request.memberId !== "" || request.groupInstanceId !== null,
    parkedJoin: request.requestId,
    parkedSync: undefined,
  };
}

/** A member out of the log: it has its session timeout to come back. */
export function restoredMember(stored: MemberSnapshot, protocolName: string, nowMs: number): Member {
  return {
    memberId: stored.memberId,
    groupInstanceId: stored.groupInstanceId,
    clientId: stored.clientId,
    clientHost: stored.clientHost,
    sessionTimeoutMs: stored.sessionTimeoutMs,
    rebalanceTimeoutMs: stored.rebalanceTimeoutMs,
    protocols: [{ name: protocolName, metadata: stored.subscription }],
    assignment: stored.assignment,
    deadlineMs: nowMs + stored.sessionTimeoutMs,
    isNew: false,
    canReturn: true,
    parkedJoin: undefined,
    parkedSync: undefined,
  };
}

/** Takes over what a repeated join says. */
export function updateMember(member: Member, request: JoinRequest): void {
  member.clientId = request.clientId;
  member.clientHost = request.clientHost;
  member.sessionTimeoutMs = request.sessionTimeoutMs;
  member.rebalanceTimeoutMs = request.rebalanceTimeoutMs;
  member.protocols = request.protocols;
}

/** Whether the member offers exactly these protocols with exactly this metadata. */
export function offers(member: Member, protocols: readonly MemberProtocol[]): boolean {
  if (member.protocols.length !== protocols.length) return false;
  return member.protocols.every(({ name, metadata }, index) => {
    const other = protocols[index]!;
    return other.name === name && other.metadata.equals(metadata);
  });
}

export function metadataFor(member: Member, protocolName: string | null): Buffer {
  return member.protocols.find(({ name }) => name === protocolName)?.metadata ?? NO_BYTES;
}

/** A member whose request is parked is alive as long as its connection; a new one is bounded all the same. */
export function isHeld(member: Member): boolean {
  return !member.isNew && (member.parkedJoin !== undefined || member.parkedSync !== undefined);
}
