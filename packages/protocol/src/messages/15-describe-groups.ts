import { api } from "../api.ts";
import { array, bool, bytes, int16, int32, nullableString, string, struct } from "../schema/index.ts";
import { AUTHORIZED_OPERATIONS_OMITTED } from "./authorized-operations.ts";

/**
 * Describes classic consumer groups and their members.
 *
 * Version 3 adds authorized operations (KIP-430), 4 static members (KIP-345).
 */
export const DescribeGroups = api({
  key: 15,
  name: "DescribeGroups",
  versions: [0, 5],
  flexible: 5,
  request: struct({
    groups: array(string()),
    includeAuthorizedOperations: bool().since(3),
  }),
  response: struct({
    throttleTimeMs: int32().since(1).ignorable(),
    groups: array(
      struct({
        errorCode: int16(),
        groupId: string(),
        groupState: string(),
        protocolType: string(),
        protocolData: string(),
        members: array(
          struct({
            memberId: string(),
            groupInstanceId: nullableString().since(4).default(null).ignorable(),
            clientId: string(),
            clientHost: string(),
            memberMetadata: bytes(),
            memberAssignment: bytes(),
          }),
        ),
        authorizedOperations: int32().since(3).default(AUTHORIZED_OPERATIONS_OMITTED),
      }),
    ),
  }),
});
