import { api } from "../api.ts";
import {
  array,
  bool,
  float64,
  int8,
  int16,
  int32,
  nullableArray,
  nullableString,
  string,
  struct,
} from "../schema/index.ts";

/** Describes client quotas by user, client id and address (KIP-546). */
export const DescribeClientQuotas = api({
  key: 48,
  name: "DescribeClientQuotas",
  versions: [0, 1],
  flexible: 1,
  request: struct({
    components: array(
      struct({
        entityType: string(),
        /** 0 for the exact name, 1 for the default entity, 2 for any name. */
        matchType: int8(),
        match: nullableString(),
      }),
    ),
    strict: bool(),
  }),
  response: struct({
    throttleTimeMs: int32().default(0),
    errorCode: int16(),
    errorMessage: nullableString(),
    entries: nullableArray(
      struct({
        entity: array(
          struct({
            entityType: string(),
            entityName: nullableString(),
          }),
        ),
        values: array(
          struct({
            key: string(),
            value: float64(),
          }),
        ),
      }),
    ),
  }),
});
