import { api } from "../api.ts";
import { array, bool, bytes, int16, int32, nullableString, string, struct } from "../schema/index.ts";

/**
 * Enters a classic consumer group and takes part in its rebalance.
 *
 * Version 1 separates the rebalance timeout from the session timeout. From 4 on a new member is first
 * given its id and joins again with it (KIP-394). Version 5 adds static members (KIP-345), 7 returns the
 * protocol type (KIP-559), 8 adds a reason (KIP-800) and 9 tells a leader that returns to keep the
 * assignment (KIP-814).
 */
export const JoinGroup = api({
  key: 11,
  name: "JoinGroup",
  versions: [0, 9],
  flexible: 6,
  request: struct({
    groupId: string(),
    sessionTimeoutMs: int32(),
    rebalanceTimeoutMs: int32().since(1).default(-1).ignorable(),
    memberId: string(),
    groupInstanceId: nullableString().since(5).default(null),
    protocolType: string(),
    protocols: array(
      struct({
        name: string(),
        metadata: bytes(),
      }),
    ),
    reason: nullableString().since(8).default(null).ignorable(),
  }),
  response: struct({
    throttleTimeMs: int32().since(2).ignorable(),
    errorCode: int16(),
    generationId: int32().default(-1),
    protocolType: nullableString().since(7).default(null).ignorable(),
    protocolName: string().nullable(7),
    leader: string(),
    skipAssignment: bool().since(9),
    memberId: string(),
    members: array(
      struct({
        memberId: string(),
        groupInstanceId: nullableString().since(5).default(null).ignorable(),
        metadata: bytes(),
      }),
    ),
  }),
});
