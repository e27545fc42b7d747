import { ERRORS, SyncGroup } from "@letterpress/protocol";
import { handler } from "../handler.ts";

/**
 * SyncGroup 0-5: answered when the leader's assignments are stored.
 *
 * The assignments of a consumer group are read: where one partition goes to two members, or one cannot be read, none
 * is handed out, and the leader is put out of the group with INVALID_REQUEST.
 */
export const syncGroup = handler(SyncGroup, async (request, { broker, signal }) => {
  const { groupId, generationId, memberId, groupInstanceId, protocolType, protocolName } = request;
  // The group keeps the assignments; the request's bytes are not its own.
  const assignments = request.assignments.map(({ memberId: assignee, assignment }) => ({
    memberId: assignee,
    assignment: Buffer.from(assignment),
  }));
  const { error, ...result } = await broker.groups.sync(
    groupId,
    { generationId, memberId, groupInstanceId, protocolType, protocolName, assignments },
    signal,
  );
  return { ...result, errorCode: ERRORS[error].code };
});
