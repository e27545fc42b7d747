import { api } from "../api.ts";
import { array, int16, int32, string, struct } from "../schema/index.ts";

/** Deletes empty groups and their offsets (KIP-229). */
export const DeleteGroups = api({
  key: 42,
  name: "DeleteGroups",
  versions: [0, 2],
  flexible: 2,
  request: struct({
    groupsNames: array(string()),
  }),
  response: struct({
    throttleTimeMs: int32().default(0),
    results: array(
      struct({
        groupId: string(),
        errorCode: int16(),
      }),
    ),
  }),
});
