import type { GroupData } from "./group-data.ts";
import type { LeaveResult, MemberIdentity } from "./group-types.ts";
import { checkMember } from "./member-check.ts";
import { afterRemoval, removeMember } from "./rebalance.ts";

/** LeaveGroup, for one member or several at once; each gets its own answer, and there is one rebalance. */
export function leave(group: GroupData, leaving: readonly MemberIdentity[], nowMs: number): LeaveResult[] {
  const results = leaving.map((identity) => removeLeaving(group, identity));
  if (results.some(({ error }) => error === "NONE")) afterRemoval(group, nowMs);
  return results;
}

function removeLeaving(group: GroupData, { memberId, groupInstanceId }: MemberIdentity): LeaveResult {
  const result = { memberId, groupInstanceId };
  if (groupInstanceId === null && group.pendingMembers.delete(memberId)) return { ...result, error: "NONE" };
  // An administrator removes a static member by its instance, without knowing the id it has now.
  const isByInstance = memberId === "" && groupInstanceId !== null;
  const member = isByInstance ? group.members.ofInstance(groupInstanceId) : group.members.get(memberId);
  const error = isByInstance ? "NONE" : checkMember(group, result);
  if (error !== "NONE") return { ...result, error };
  if (member === undefined) return { ...result, error: "UNKNOWN_MEMBER_ID" };
  removeMember(group, member);
  return { ...result, error: "NONE" };
}
