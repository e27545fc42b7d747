import type { GroupData } from "./group-data.ts";
import { isHeld, type Member } from "./member.ts";
import {
  afterRemoval,
  completeJoinIfAllJoined,
  expireJoin,
  removeMember,
  startRebalance,
} from "./rebalance.ts";

/** Does whatever is due at `nowMs`. Calling it early or twice does nothing. */
export function tick(group: GroupData, nowMs: number): void {
  expirePendingMembers(group, nowMs);
  expireMembers(group, nowMs);
  if (group.joinDeadlineMs !== undefined && group.joinDeadlineMs <= nowMs) expireJoin(group, nowMs);
  if (group.syncDeadlineMs !== undefined && group.syncDeadlineMs <= nowMs) expireSync(group, nowMs);
}

function expirePendingMembers(group: GroupData, nowMs: number): void {
  for (const [memberId, deadlineMs] of group.pendingMembers) {
    if (deadlineMs <= nowMs) group.pendingMembers.delete(memberId);
  }
  completeJoinIfAllJoined(group, nowMs);
}

function expireMembers(group: GroupData, nowMs: number): void {
  const expired = [...group.members].filter((member) => !isHeld(member) && member.deadlineMs <= nowMs);
  if (expired.length === 0) return;
  for (const member of expired) removeMember(group, member);
  afterRemoval(group, nowMs);
}

/** Members that joined but never asked for their assignment are out: they would keep partitions nobody reads. */
function expireSync(group: GroupData, nowMs: number): void {
  group.syncDeadlineMs = undefined;
  if (group.pendingSync.size === 0) return;
  for (const member of [...group.pendingSync]) removeMember(group, member);
  startRebalance(group, nowMs);
}

/** When {@link tick} has something to do next; undefined for never. */
export function nextDeadlineMs(group: GroupData): number | undefined {
  let earliestMs = Number.POSITIVE_INFINITY;
  for (const deadlineMs of group.pendingMembers.values()) earliestMs = Math.min(earliestMs, deadlineMs);
  for (const member of group.members) {
    if (!isHeld(member)) earliestMs = Math.min(earliestMs, member.deadlineMs);
  }
  earliestMs = Math.min(earliestMs, group.joinDeadlineMs ?? Number.POSITIVE_INFINITY);
  earliestMs = Math.min(earliestMs, group.syncDeadlineMs ?? Number.POSITIVE_INFINITY);
  return earliestMs === Number.POSITIVE_INFINITY ? undefined : earliestMs;
}

/**
 * The connection that carried a parked request is gone. A member that has an id may come back with it within its
 * session timeout; one that was never told its id cannot, and goes at once.
 */
export function abandon(group: GroupData, requestId: number, nowMs: number): void {
  for (const member of group.members) {
    if (member.parkedJoin === requestId) abandonJoin(group, member, nowMs);
    else if (member.parkedSync === requestId) {
      member.parkedSync = undefined;
      member.deadlineMs = nowMs + member.sessionTimeoutMs;
    } else continue;
    return;
  }
}

function abandonJoin(group: GroupData, member: Member, nowMs: number): void {
  member.parkedJoin = undefined;
  member.deadlineMs = nowMs + member.sessionTimeoutMs;
  if (member.canReturn) return;
  removeMember(group, member);
  afterRemoval(group, nowMs);
}
