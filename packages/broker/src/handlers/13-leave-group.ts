import { ERRORS, LeaveGroup } from "@letterpress/protocol";
import { handler } from "../handler.ts";

const SEVERAL_MEMBERS_SINCE = 3;

/** LeaveGroup 0-5, for one member or, from version 3 on, several. The reason of version 5 is not kept. */
export const leaveGroup = handler(LeaveGroup, (request, { broker, apiVersion }) => {
  const isForSeveral = apiVersion >= SEVERAL_MEMBERS_SINCE;
  const leaving = isForSeveral ? request.members : [{ memberId: request.memberId, groupInstanceId: null }];
  const { error, members } = broker.groups.leave(request.groupId, leaving);
  if (!isForSeveral) return { errorCode: ERRORS[members[0]?.error ?? error].code, members: [] };
  return {
    errorCode: ERRORS[error].code,
    members: members.map(({ memberId, groupInstanceId, error: memberError }) => ({
      memberId,
      groupInstanceId,
      errorCode: ERRORS[memberError].code,
    })),
  };
});
