import type { GroupData } from "./group-data.ts";
import type { GroupError } from "./group-error.ts";
import type { MemberIdentity } from "./group-types.ts";

/**
 * Whether a request comes from a member. A static instance whose id belongs to a newer process now is fenced,
 * for good: two processes with one instance id is a mistake in how they were set up.
 */
export function checkMember(group: GroupData, { memberId, groupInstanceId }: MemberIdentity): GroupError {
  if (groupInstanceId !== null) {
    const member = group.members.ofInstance(groupInstanceId);
    if (member === undefined) return "UNKNOWN_MEMBER_ID";
    return member.memberId === memberId ? "NONE" : "FENCED_INSTANCE_ID";
  }
  return group.members.get(memberId) === undefined ? "UNKNOWN_MEMBER_ID" : "NONE";
}

/** The same, and that the member lives in the group's present generation. */
export function checkGeneration(
  group: GroupData,
  identity: MemberIdentity,
  generationId: number,
): GroupError {
  const error = checkMember(group, identity);
  if (error !== "NONE") return error;
  return generationId === group.generationId ? "NONE" : "ILLEGAL_GENERATION";
}
