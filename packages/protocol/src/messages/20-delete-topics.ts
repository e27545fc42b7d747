import { api } from "../api.ts";
import { array, int16, int32, nullableString, string, struct, uuid } from "../schema/index.ts";

/**
 * Deletes topics, by name or, from version 6 on, by topic id (KIP-516).
 *
 * Version 5 adds an error message and may answer THROTTLING_QUOTA_EXCEEDED (KIP-599).
 */
export const DeleteTopics = api({
  key: 20,
  name: "DeleteTopics",
  versions: [0, 6],
  flexible: 4,
  request: struct({
    topics: array(
      struct({
        name: nullableString().default(null),
        topicId: uuid(),
      }),
    ).since(6),
    topicNames: array(string()).until(5).ignorable(),
    timeoutMs: int32(),
  }),
  response: struct({
    throttleTimeMs: int32().since(1).ignorable(),
    responses: array(
      struct({
        name: string().nullable(6),
        topicId: uuid().since(6).ignorable(),
        errorCode: int16(),
        errorMessage: nullableString().since(5).default(null).ignorable(),
      }),
    ),
  }),
});
