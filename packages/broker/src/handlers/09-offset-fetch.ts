import { ERRORS, OffsetFetch, type RequestOf } from "@letterpress/protocol";
import { distinctBy, distinctPartitions } from "../distinct-by.ts";
import type { FetchedOffsets } from "../groups/group-offsets.ts";
import type { CommittedOffset } from "../groups/offsets-record.ts";
import type { GroupOffsets } from "../groups/offsets-state.ts";
import { handler } from "../handler.ts";

type AskedTopics = RequestOf<typeof OffsetFetch>["topics"];

/** The first version with an error of its own for the group; before it, each partition carries it. */
const GROUP_ERROR_SINCE = 2;
const SEVERAL_GROUPS_SINCE = 8;

/**
 * OffsetFetch 1-9, for one group or, from version 8 on, several.
 *
 * `requireStable` changes nothing: without transactions every committed offset is stable. The member id and epoch of
 * version 9 belong to the consumer group protocol (KIP-848) and are not looked at.
 */
export const offsetFetch = handler(OffsetFetch, (request, { broker, apiVersion }) => {
  const { offsets } = broker.groups;
  if (apiVersion >= SEVERAL_GROUPS_SINCE) {
    const groups = distinctBy(request.groups, ({ groupId }) => groupId);
    return { groups: groups.map((group) => groupAnswer(group, offsets.fetch(group.groupId))) };
  }
  const fetched = offsets.fetch(request.groupId);
  const { topics, errorCode } = groupAnswer(request, fetched);
  if (apiVersion >= GROUP_ERROR_SINCE || fetched.error === "NONE") return { topics, errorCode };
  return {
    topics: distinctTopics(request.topics ?? []).map((topic) => topicAnswer(topic, undefined, errorCode)),
  };
});

function groupAnswer(asked: { groupId: string; topics: AskedTopics }, fetched: FetchedOffsets) {
  const { groupId } = asked;
  const errorCode = ERRORS[fetched.error].code;
  if (fetched.error !== "NONE") return { groupId, topics: [], errorCode };
  const { offsets } = fetched;
  const topics = asked.topics === null ? allTopics(offsets) : distinctTopics(asked.topics);
  return {
    groupId,
    topics: topics.map((topic) => topicAnswer(topic, offsets.get(topic.name), 0)),
    errorCode,
  };
}

/** A committed offset comes with up to 4 KB of metadata, so that each is told once. */
function distinctTopics(topics: NonNullable<AskedTopics>): NonNullable<AskedTopics> {
  const distinct = distinctPartitions(
    topics,
    ({ name }) => name,
    ({ partitionIndexes }) => partitionIndexes,
    (index) => index,
  );
  return distinct.map(({ name, partitions }) => ({ name, partitionIndexes: [...partitions] }));
}

function allTopics(offsets: GroupOffsets): NonNullable<AskedTopics> {
  return Array.from(offsets, ([name, partitions]) => ({ name, partitionIndexes: [...partitions.keys()] }));
}

function topicAnswer(
  asked: { name: string; partitionIndexes: readonly number[] },
  committed: ReadonlyMap<number, CommittedOffset> | undefined,
  errorCode: number,
) {
  return {
    name: asked.name,
    partitions: asked.partitionIndexes.map((partitionIndex) => {
      const found = committed?.get(partitionIndex);
      return {
        partitionIndex,
        committedOffset: found?.offset ?? -1n,
        committedLeaderEpoch: found?.leaderEpoch ?? -1,
        metadata: found?.metadata ?? "",
        errorCode,
      };
    }),
  };
}
