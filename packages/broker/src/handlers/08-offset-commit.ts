import { ERRORS, OffsetCommit } from "@letterpress/protocol";
import { handler } from "../handler.ts";

/**
 * OffsetCommit 1-9: answered when the offsets are durable.
 *
 * The commit timestamp of version 1 is not taken over: retention goes by the broker's own clock. A member that commits
 * for a partition another member of its generation owns gets ILLEGAL_GENERATION for that partition.
 */
export const offsetCommit = handler(OffsetCommit, async (request, { broker }) => {
  const committer = {
    memberId: request.memberId,
    groupInstanceId: request.groupInstanceId,
    generationId: request.generationIdOrMemberEpoch,
    retentionMs: Number(request.retentionTimeMs),
  };
  const offsets = request.topics.flatMap(({ name, partitions }) =>
    partitions.map((partition) => ({
      topic: name,
      partition: partition.partitionIndex,
      offset: partition.committedOffset,
      leaderEpoch: partition.committedLeaderEpoch,
      metadata: partition.committedMetadata ?? "",
    })),
  );
  const errors = await broker.groups.offsets.commit(request.groupId, committer, offsets);
  let index = 0;
  return {
    topics: request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({
        partitionIndex,
        errorCode: ERRORS[errors[index++]!].code,
      })),
    })),
  };
});
