import { api } from "../api.ts";
import { array, bytes, int16, int32, nullableString, string, struct } from "../schema/index.ts";

/**
 * Hands the leader's assignments to the members of a classic consumer group.
 *
 * Version 3 adds static members (KIP-345), 5 lets both sides check the protocol type and name (KIP-559).
 */
export const SyncGroup = api({
  key: 14,
  name: "SyncGroup",
  versions: [0, 5],
  flexible: 4,
  request: struct({
    groupId: string(),
    generationId: int32(),
    memberId: string(),
    groupInstanceId: nullableString().since(3).default(null),
    protocolType: nullableString().since(5).default(null).ignorable(),
    protocolName: nullableString().since(5).default(null).ignorable(),
    assignments: array(
      struct({
        memberId: string(),
        assignment: bytes(),
      }),
    ),
  }),
  response: struct({
    throttleTimeMs: int32().since(1).ignorable(),
    errorCode: int16(),
    protocolType: nullableString().since(5).default(null).ignorable(),
    protocolName: nullableString().since(5).default(null).ignorable(),
    assignment: bytes(),
  }),
});
