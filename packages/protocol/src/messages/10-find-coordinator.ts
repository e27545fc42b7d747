import { api } from "../api.ts";
import { array, int8, int16, int32, nullableString, string, struct } from "../schema/index.ts";

/**
 * Finds the broker that coordinates a group or a transactional id.
 *
 * Version 1 adds the key type, 4 asks for several keys at once (KIP-699), 5 adds the error
 * TRANSACTION_ABORTABLE (KIP-890) and 6 share groups (KIP-932).
 */
export const FindCoordinator = api({
  key: 10,
  name: "FindCoordinator",
  versions: [0, 6],
  flexible: 3,
  request: struct({
    key: string().until(3),
    /** 0 for a group, 1 for a transactional id, 2 for a share group. */
    keyType: int8().since(1),
    coordinatorKeys: array(string()).since(4),
  }),
  response: struct({
    throttleTimeMs: int32().since(1).ignorable(),
    errorCode: int16().until(3),
    errorMessage: nullableString().since(1).until(3).ignorable(),
    nodeId: int32().until(3),
    host: string().until(3),
    port: int32().until(3),
    coordinators: array(
      struct({
        key: string(),
        nodeId: int32(),
        host: string(),
        port: int32(),
        errorCode: int16(),
        errorMessage: nullableString().ignorable(),
      }),
    ).since(4),
  }),
});
