import { api } from "../api.ts";
import { array, bool, int8, int16, int32, nullableString, string, struct } from "../schema/index.ts";

/** Sets, deletes, appends to or subtracts from single configs (KIP-339). */
export const IncrementalAlterConfigs = api({
  key: 44,
  name: "IncrementalAlterConfigs",
  versions: [0, 1],
  flexible: 1,
  request: struct({
    resources: array(
      struct({
        resourceType: int8(),
        resourceName: string(),
        configs: array(
          struct({
            name: string(),
            /** 0 sets, 1 deletes, 2 appends, 3 subtracts. */
            configOperation: int8(),
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
