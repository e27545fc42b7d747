import { DescribeGroups, ERRORS } from "@letterpress/protocol";
import { distinctBy } from "../distinct-by.ts";
import type { DescribedGroup } from "../groups/group-admin.ts";
import { NO_BYTES } from "../groups/group-types.ts";
import { handler } from "../handler.ts";

/**
 * DescribeGroups 0-5. An unknown group is `Dead`, without an error. What a member subscribes to and owns is told of
 * stable groups only. Authorized operations are always left out: there is no authorization.
 */
export const describeGroups = handler(DescribeGroups, (request, { broker }) => ({
  groups: distinctBy(request.groups, (groupId) => groupId).map((groupId) =>
    describe(groupId, broker.groups.admin.describe(groupId)),
  ),
}));

function describe(groupId: string, { error, state, snapshot }: DescribedGroup) {
  const isStable = state === "Stable";
  return {
    errorCode: ERRORS[error].code,
    groupId,
    groupState: error === "NONE" ? state : "",
    protocolType: snapshot?.protocolType ?? "",
    protocolData: (isStable && snapshot?.protocolName) || "",
    members: (snapshot?.members ?? []).map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      memberMetadata: isStable ? member.subscription : NO_BYTES,
      memberAssignment: isStable ? member.assignment : NO_BYTES,
    })),
  };
}
