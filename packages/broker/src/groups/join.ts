import { type GroupData, joinError } from "./group-data.ts";
import type { GroupError } from "./group-error.ts";
import type { JoinRequest } from "./group-types.ts";
import { type Member, newMember, offers, updateMember } from "./member.ts";
import { checkMember } from "./member-check.ts";
import { rebalanceOrCompleteJoin } from "./rebalance.ts";
import { replaceStaticMember } from "./static-member.ts";

/** Names that a member brings along are stored with the group, and are bounded so that they fit. */
const NAME_LENGTH_MAX = 1024;
const PROTOCOLS_MAX = 100;
/** The metadata of all its protocols: enough for some 50,000 topics. */
const METADATA_BYTES_MAX = 4 * 1024 * 1024;

/** JoinGroup. Every request is answered by one `respondJoin` effect, at once or when the generation starts. */
export function join(group: GroupData, request: JoinRequest, nowMs: number): void {
  const error = checkJoin(group, request);
  if (error !== "NONE") {
    if (error === "GROUP_MAX_SIZE_REACHED") group.pendingMembers.delete(request.memberId);
    refuse(group, request, error);
  } else if (request.memberId === "") joinWithoutId(group, request, nowMs);
  else if (isPending(group, request)) addMember(group, request, request.memberId, nowMs);
  else rejoin(group, request, nowMs);
}

/** Only dynamic members get their ids in advance. */
function isPending(group: GroupData, { memberId, groupInstanceId }: JoinRequest): boolean {
  return groupInstanceId === null && group.pendingMembers.has(memberId);
}

function refuse(
  group: GroupData,
  request: JoinRequest,
  error: GroupError,
  memberId = request.memberId,
): void {
  group.effects.push({
    type: "respondJoin",
    requestId: request.requestId,
    result: joinError(error, memberId),
  });
}

function checkJoin(group: GroupData, request: JoinRequest): GroupError {
  const { sessionTimeoutMs, protocolType, protocols } = request;
  const { sessionTimeoutMsMin, sessionTimeoutMsMax } = group.limits;
  if (sessionTimeoutMs < sessionTimeoutMsMin || sessionTimeoutMs > sessionTimeoutMsMax) {
    return "INVALID_SESSION_TIMEOUT";
  }
  if (group.state === "Dead") return "COORDINATOR_NOT_AVAILABLE";
  if (isTooLarge(request)) return "INVALID_REQUEST";
  if (!hasRoom(group, request)) return "GROUP_MAX_SIZE_REACHED";
  if (protocolType === "" || protocols.length === 0) return "INCONSISTENT_GROUP_PROTOCOL";
  if (group.state === "Empty") return "NONE";
  const isSupported = protocolType === group.protocolType && group.members.supports(protocols);
  return isSupported || group.members.size === 0 ? "NONE" : "INCONSISTENT_GROUP_PROTOCOL";
}

function isTooLarge({ groupInstanceId, clientId, protocolType, protocols }: JoinRequest): boolean {
  if (protocols.length > PROTOCOLS_MAX) return true;
  const names = [groupInstanceId ?? "", clientId, protocolType, ...protocols.map(({ name }) => name)];
  const metadataBytes = protocols.reduce((sum, { metadata }) => sum + metadata.length, 0);
  return metadataBytes > METADATA_BYTES_MAX || names.some(({ length }) => length > NAME_LENGTH_MAX);
}

/** Ids that were handed out count as members, so that asking for ids again and again stays bounded. */
function hasRoom(group: GroupData, { memberId, groupInstanceId }: JoinRequest): boolean {
  const { members, pendingMembers, limits } = group;
  if (memberId !== "" && (members.get(memberId) !== undefined || pendingMembers.has(memberId))) return true;
  if (groupInstanceId !== null && members.ofInstance(groupInstanceId) !== undefined) return true;
  return members.size + pendingMembers.size < limits.membersMax;
}

function joinWithoutId(group: GroupData, request: JoinRequest, nowMs: number): void {
  const { groupInstanceId, newMemberId } = request;
  const replaced = groupInstanceId === null ? undefined : group.members.ofInstance(groupInstanceId);
  if (replaced !== undefined) {
    replaceStaticMember(group, replaced, request, nowMs);
  } else if (groupInstanceId === null && request.requiresKnownMemberId) {
    group.pendingMembers.set(newMemberId, nowMs + request.sessionTimeoutMs);
    refuse(group, request, "MEMBER_ID_REQUIRED", newMemberId);
  } else {
    addMember(group, request, newMemberId, nowMs);
  }
}

function addMember(group: GroupData, request: JoinRequest, memberId: string, nowMs: number): void {
  const member = newMember(memberId, request, nowMs);
  if (group.members.size === 0) group.protocolType = request.protocolType;
  group.pendingMembers.delete(memberId);
  group.members.add(member);
  if (group.initialWait !== undefined) group.initialWait.memberAdded = true;
  rebalanceOrCompleteJoin(group, nowMs);
}

function rejoin(group: GroupData, request: JoinRequest, nowMs: number): void {
  const error = checkMember(group, request);
  const member = group.members.get(request.memberId);
  if (error !== "NONE" || member === undefined) {
    refuse(group, request, error);
    return;
  }
  // The client gave up on the join it had here; whoever still waits for that answer is told to join again.
  group.answerJoin(member, joinError("REBALANCE_IN_PROGRESS", member.memberId));
  if (isAlreadyJoined(group, member, request)) {
    member.deadlineMs = nowMs + member.sessionTimeoutMs;
    member.parkedJoin = request.requestId;
    const tellsMembers = group.state === "CompletingRebalance" && group.members.leader === member.memberId;
    group.answerJoin(member, group.joinResult(member, tellsMembers));
    return;
  }
  updateMember(member, request);
  member.parkedJoin = request.requestId;
  rebalanceOrCompleteJoin(group, nowMs);
}

/**
 * Whether the member repeats a join whose answer it has lost, or joins a stable group that nothing changes for.
 * A leader that joins a stable group wants a rebalance: the topics it watches have changed.
 */
function isAlreadyJoined(group: GroupData, member: Member, request: JoinRequest): boolean {
  if (!offers(member, request.protocols)) return false;
  if (group.state === "CompletingRebalance") return true;
  return group.state === "Stable" && group.members.leader !== member.memberId;
}
