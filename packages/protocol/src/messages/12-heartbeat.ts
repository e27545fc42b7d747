import { api } from "../api.ts";
import { int16, int32, nullableString, string } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";

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
