import { DeleteGroups, ERRORS } from "@letterpress/protocol";
import { handler } from "../handler.ts";

/** DeleteGroups 0-2: empty groups, with their offsets. Answered when all of it is durable. */
export const deleteGroups = handler(DeleteGroups, async (request, { broker }) => ({
  throttleTimeMs: 0,
  results: await Promise.all(
    request.groupsNames.map(async (groupId) => ({
      groupId,
      errorCode: ERRORS[await broker.groups.admin.delete(groupId)].code,
    })),
  ),
}));
