import { api } from "../api.ts";
import { array, int16, int32, nullableString, string, struct } from "../schema/index.ts";

/**
 * Takes members out of a classic consumer group.
 *
 * Versions 0 to 2 name one member; 3 and later several, static ones among them (KIP-345). Version 5 adds
 * a reason (KIP-800).
 */
export const LeaveGroup = api({
  key: 13,
  name: "LeaveGroup",
  versions: [0, 5],
  flexible: 4,
  request: struct({
    groupId: string(),
    memberId: string().until(2),
    members: array(
      struct({
        memberId: string(),
        groupInstanceId: nullableString().default(null),
        reason: nullableString().since(5).default(null).ignorable(),
      }),
    ).since(3),
  }),
  response: struct({
    throttleTimeMs: int32().since(1).ignorable(),
    errorCode: int16(),
    members: array(
      struct({
        memberId: string(),
        groupInstanceId: nullableString(),
        errorCode: int16(),
      }),
    ).since(3),
  }),
});
