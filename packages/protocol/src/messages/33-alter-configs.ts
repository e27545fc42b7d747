import { api } from "../api.ts";
import { array, bool, int8, int16, int32, nullableString, string, struct } from "../schema/index.ts";

/** Replaces all configs of topics or brokers; IncrementalAlterConfigs changes single ones. */
export const AlterConfigs = api({
  key: 33,
  name: "AlterConfigs",
  versions: [0, 2],
  flexible: 2,
  request: struct({
    resources: array(
      struct({
        resourceType: int8(),
        resourceName: string(),
        configs: array(
          struct({
            name: string(),
            value: nullableString(),
          }),
        ),
      }),
    ),
    validateOnly: bool(),
  }),
  response: struct({
    throttleTimeMs: int32().default(0),
    responses: array(
      struct({
        errorCode: int16(),
        errorMessage: nullableString(),
        resourceType: int8(),
        resourceName: string(),
      }),
    ),
  }),
});
