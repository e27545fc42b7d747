import { assignmentFault, claimAssignments } from "./assignment.ts";
import type { GroupData } from "./group-data.ts";
import type { GroupError } from "./group-error.ts";
import { NO_BYTES, type SyncRequest, type SyncResult } from "./group-types.ts";
import type { Member } from "./member.ts";
import { checkGeneration } from "./member-check.ts";
import { dropAssignments, removeMember, startRebalance } from "./rebalance.ts";

/** SyncGroup. Every request is answered by one `respondSync` effect, at once or when the leader's one is stored. */
export function sync(group: GroupData, request: SyncRequest, nowMs: number): void {
  const error = checkSync(group, request);
  const member = group.members.get(request.memberId);
  if (error !== "NONE" || member === undefined) {
    answer(group, request.requestId, group.syncResult(error, NO_BYTES));
    return;
  }
  group.pendingSync.delete(member);
  member.deadlineMs = Math.max(member.deadlineMs, nowMs + member.sessionTimeoutMs);
  if (group.state === "Stable") {
    answer(group, request.requestId, group.syncResult("NONE", member.assignment));
    return;
  }
  // The client gave up on the sync it had here; whoever still waits for that answer is told to join again.
  group.answerSync(member, "REBALANCE_IN_PROGRESS");
  member.parkedSync = request.requestId;
  if (group.members.leader === member.memberId && !isDistributing(group)) {
    proposeAssignments(group, member, request, nowMs);
  }
}

function answer(group: GroupData, requestId: number, result: SyncResult): void {
  group.effects.push({ type: "respondSync", requestId, result });
}

function checkSync(group: GroupData, request: SyncRequest): GroupError {
  if (group.state === "Dead") return "COORDINATOR_NOT_AVAILABLE";
  const error = checkGeneration(group, request, request.generationId);
  if (error !== "NONE") return error;
  const { protocolType, protocolName } = request;
  if (protocolType !== null && protocolType !== group.protocolType) return "INCONSISTENT_GROUP_PROTOCOL";
  if (group.state === "PreparingRebalance") return "REBALANCE_IN_PROGRESS";
  if (protocolName !== null && protocolName !== group.protocolName) return "INCONSISTENT_GROUP_PROTOCOL";
  return group.state === "Empty" ? "UNKNOWN_MEMBER_ID" : "NONE";
}

function isDistributing(group: GroupData): boolean {
  for (const after of group.afterPersist.values()) if (after.type === "distribute") return true;
  return false;
}

/**
 * The leader's assignments are checked, stored, and then handed out. A leader whose assignments cannot stand
 * is put out of the group with INVALID_REQUEST: that is fatal to existing clients, so that its user sees it,
 * while REBALANCE_IN_PROGRESS or UNKNOWN_MEMBER_ID would make it join and fail again without end. The others are
 * told to join again, and one of them leads.
 */
function proposeAssignments(group: GroupData, leader: Member, request: SyncRequest, nowMs: number): void {
  const assignments = new Map<string, Buffer>();
  for (const { memberId, assignment } of request.assignments) {
    if (group.members.get(memberId) !== undefined) assignments.set(memberId, assignment);
  }
  const fault = group.protocolType === "consumer" ? assignmentFault(assignments) : undefined;
  if (fault === undefined) {
    group.persist({ type: "distribute", assignments }, group.snapshot(assignments));
    return;
  }
  group.effects.push({ type: "assignmentRefused", memberId: leader.memberId, message: fault });
  group.answerSync(leader, "INVALID_REQUEST");
  removeMember(group, leader);
  startRebalance(group, nowMs);
}

/** A snapshot is stored, or could not be: `error` says why. Hands out what waited for it. */
export function persisted(group: GroupData, ticket: number, error: GroupError, nowMs: number): void {
  const after = group.afterPersist.get(ticket);
  group.afterPersist.delete(ticket);
  if (after?.type === "distribute") {
    if (error === "NONE") distribute(group, after.assignments, nowMs);
    else {
      dropAssignments(group, error);
      startRebalance(group, nowMs);
    }
  } else if (after?.type === "answerJoin") {
    const { member, result } = after;
    if (member.memberId !== result.memberId || group.generationId !== result.generationId) return;
    if (group.state !== "Stable") return;
    group.answerJoin(member, error === "NONE" ? result : { ...result, error, memberId: "", members: [] });
  }
}

function distribute(group: GroupData, assignments: ReadonlyMap<string, Buffer>, nowMs: number): void {
  group.enter("Stable", nowMs);
  for (const member of group.members) {
    member.assignment = assignments.get(member.memberId) ?? NO_BYTES;
    if (member.parkedSync !== undefined) member.deadlineMs = nowMs + member.sessionTimeoutMs;
    group.answerSync(member, "NONE");
  }
  claimAssignments(group);
}
