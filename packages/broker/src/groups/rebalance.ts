import { type GroupData, joinError } from "./group-data.ts";
import type { GroupError } from "./group-error.ts";
import { NO_BYTES } from "./group-types.ts";
import type { Member } from "./member.ts";

/** Makes the members join again. A first generation may wait a little for more of them. */
export function startRebalance(group: GroupData, nowMs: number): void {
  if (group.state === "CompletingRebalance") dropAssignments(group, "REBALANCE_IN_PROGRESS");
  group.pendingSync.clear();
  group.syncDeadlineMs = undefined;
  const isInitial = group.state === "Empty";
  group.enter("PreparingRebalance", nowMs);
  if (!isInitial) {
    group.initialWait = undefined;
    group.joinDeadlineMs = nowMs + group.members.rebalanceTimeoutMs();
    completeJoinIfAllJoined(group, nowMs);
    return;
  }
  const delayMs = group.limits.initialRebalanceDelayMs;
  const remainingMs = Math.max(group.members.rebalanceTimeoutMs() - delayMs, 0);
  group.initialWait = { remainingMs, memberAdded: false };
  group.joinDeadlineMs = nowMs + delayMs;
  if (delayMs === 0) completeJoin(group, nowMs);
}

/** Starts a rebalance, or helps the one that is under way to its end. */
export function rebalanceOrCompleteJoin(group: GroupData, nowMs: number): void {
  if (group.state === "PreparingRebalance") completeJoinIfAllJoined(group, nowMs);
  else startRebalance(group, nowMs);
}

/** Ends the joining early when nobody is missing. */
export function completeJoinIfAllJoined(group: GroupData, nowMs: number): void {
  if (group.state !== "PreparingRebalance" || group.initialWait !== undefined) return;
  if (group.pendingMembers.size > 0) return;
  for (const member of group.members) if (member.parkedJoin === undefined) return;
  completeJoin(group, nowMs);
}

/** The time for joining is over: extends the wait for a first generation, or starts the generation. */
export function expireJoin(group: GroupData, nowMs: number): void {
  const wait = group.initialWait;
  if (wait === undefined || !wait.memberAdded || wait.remainingMs === 0) {
    completeJoin(group, nowMs);
    return;
  }
  const delayMs = Math.min(group.limits.initialRebalanceDelayMs, wait.remainingMs);
  group.initialWait = { remainingMs: wait.remainingMs - delayMs, memberAdded: false };
  group.joinDeadlineMs = nowMs + delayMs;
}

/**
 * Starts the next generation with those that joined. Static members that did not are kept, their session timeout
 * decides; as long as only such members are there, nobody could lead, and the wait goes on.
 */
function completeJoin(group: GroupData, nowMs: number): void {
  group.initialWait = undefined;
  group.joinDeadlineMs = undefined;
  for (const member of [...group.members]) {
    if (member.parkedJoin === undefined && member.groupInstanceId === null) group.members.remove(member);
  }
  if (group.members.size > 0 && !group.members.electJoinedLeader()) {
    group.joinDeadlineMs = nowMs + group.members.rebalanceTimeoutMs();
    return;
  }
  group.generationId++;
  group.owners.clear();
  if (group.members.size === 0) {
    group.protocolName = null;
    group.enter("Empty", nowMs);
    group.persist({ type: "nothing" });
    return;
  }
  group.protocolName = group.members.selectProtocol();
  group.enter("CompletingRebalance", nowMs);
  group.syncDeadlineMs = nowMs + group.members.rebalanceTimeoutMs();
  for (const member of group.members) {
    member.assignment = NO_BYTES;
    member.isNew = false;
    member.canReturn = true;
    member.deadlineMs = nowMs + member.sessionTimeoutMs;
    group.pendingSync.add(member);
    group.answerJoin(member, group.joinResult(member, member.memberId === group.members.leader));
  }
}

/** Nobody gets an assignment in this generation. */
export function dropAssignments(group: GroupData, error: GroupError): void {
  group.owners.clear();
  for (const [ticket, after] of group.afterPersist) {
    if (after.type === "distribute") group.afterPersist.set(ticket, { type: "nothing" });
  }
  for (const member of group.members) {
    member.assignment = NO_BYTES;
    group.answerSync(member, error);
  }
}

/** Removes a member and tells it so, where it waits for an answer. The rebalance is the caller's to start. */
export function removeMember(group: GroupData, member: Member): void {
  group.answerJoin(member, joinError("UNKNOWN_MEMBER_ID", ""));
  group.answerSync(member, "UNKNOWN_MEMBER_ID");
  group.pendingSync.delete(member);
  group.members.remove(member);
}

/** What a member's going brings with it. */
export function afterRemoval(group: GroupData, nowMs: number): void {
  if (group.state === "Stable" || group.state === "CompletingRebalance") startRebalance(group, nowMs);
  else completeJoinIfAllJoined(group, nowMs);
}
