import { api } from "../api.ts";
import { int16, int32, nullableString, string, struct } from "../schema/index.ts";

/**
 * Keeps a member of a classic consumer group alive and tells it of a rebalance.
 *
 * Version 3 adds static members (KIP-345).
 */
export const Heartbeat = api({
  key: 12,
  name: "Heartbeat",
  versions: [0, 4],
  flexible: 4,
  request: struct({
    groupId: string(),
    generationId: int32(),
    memberId: string(),
    groupInstanceId: nullableString().since(3).default(null),
  }),
  response: struct({
    throttleTimeMs: int32().since(1).ignorable(),
    errorCode: int16(),
  }),
});
