import { type GroupData, joinError } from "./group-data.ts";
import type { JoinRequest, MemberProtocol } from "./group-types.ts";
import { type Member, metadataFor, updateMember } from "./member.ts";
import { rebalanceOrCompleteJoin } from "./rebalance.ts";
import { subscribedTopics } from "./subscription.ts";

/**
 * A static member came back without its id: a restarted process. Its old id is fenced. In a stable group that
 * keeps its protocol and its subscription, it takes over its assignment without a rebalance (KIP-345).
 */
export function replaceStaticMember(
  group: GroupData,
  member: Member,
  request: JoinRequest,
  nowMs: number,
): void {
  const formerLeader = group.members.leader ?? "";
  const formerMetadata = metadataFor(member, group.protocolName);
  group.answerJoin(member, joinError("FENCED_INSTANCE_ID", member.memberId));
  group.answerSync(member, "FENCED_INSTANCE_ID");
  group.members.rename(member, request.newMemberId);
  updateMember(member, request);
  member.parkedJoin = request.requestId;
  member.deadlineMs = nowMs + member.sessionTimeoutMs;
  if (group.state !== "Stable" || !keepsAssignment(group, formerMetadata, request.protocols)) {
    rebalanceOrCompleteJoin(group, nowMs);
    return;
  }
  const isLeader = group.members.leader === member.memberId;
  // Before version 9 a leader cannot be told to skip the assignment: it is told the id that led before, which
  // is not its own any more, so that it takes itself for a follower (KIP-814).
  const result = request.supportsSkippingAssignment
    ? { ...group.joinResult(member, isLeader), skipAssignment: isLeader }
    : { ...group.joinResult(member, false), leader: formerLeader };
  group.persist({ type: "answerJoin", member, result });
}

function keepsAssignment(
  group: GroupData,
  formerMetadata: Buffer,
  protocols: readonly MemberProtocol[],
): boolean {
  if (group.members.selectProtocol() !== group.protocolName) return false;
  const metadata = protocols.find(({ name }) => name === group.protocolName)?.metadata;
  if (metadata === undefined) return false;
  if (group.protocolType !== "consumer") return metadata.equals(formerMetadata);
  const topics = subscribedTopics(metadata);
  const formerTopics = subscribedTopics(formerMetadata);
  if (topics === undefined || formerTopics === undefined) return metadata.equals(formerMetadata);
  return topics.size === formerTopics.size && [...topics].every((topic) => formerTopics.has(topic));
}
