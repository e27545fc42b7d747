import { ERRORS, OffsetDelete } from "@letterpress/protocol";
import { handler } from "../handler.ts";

/** OffsetDelete 0. Answered when the removal is durable. */
export const offsetDelete = handler(OffsetDelete, async (request, { broker }) => {
  const removed = request.topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partitionIndex }) => ({ topic: name, partition: partitionIndex })),
  );
  const { error, errors } = await broker.groups.offsets.remove(request.groupId, removed);
  if (error !== "NONE") return { errorCode: ERRORS[error].code, throttleTimeMs: 0, topics: [] };
  let index = 0;
  return {
    errorCode: 0,
    throttleTimeMs: 0,
    topics: request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({
        partitionIndex,
        errorCode: ERRORS[errors[index++]!].code,
      })),
    })),
  };
});
