import { ERRORS, type ErrorName, FindCoordinator } from "@letterpress/protocol";
import type { GroupHost } from "../groups/group-host.ts";
import { isValidGroupId } from "../groups/group-id.ts";
import { handler } from "../handler.ts";

const GROUP_KEY_TYPE = 0;
const SEVERAL_KEYS_SINCE = 4;
const OFFSETS_TOPIC = "__consumer_offsets";

/**
 * FindCoordinator 0-6: the leader of the group's partition of `__consumer_offsets`.
 *
 * For groups only. Transactional ids and share groups are refused with INVALID_REQUEST, which clients report at once,
 * while COORDINATOR_NOT_AVAILABLE would make them ask again for ever.
 */
export const findCoordinator = handler(FindCoordinator, (request, { broker, apiVersion }) => {
  if (apiVersion >= SEVERAL_KEYS_SINCE) {
    return {
      coordinators: request.coordinatorKeys.map((key) => coordinatorOf(broker, key, request.keyType)),
    };
  }
  const { key: _, ...coordinator } = coordinatorOf(broker, request.key, request.keyType);
  return coordinator;
});

function coordinatorOf({ groups, cluster }: GroupHost, key: string, keyType: number) {
  if (keyType !== GROUP_KEY_TYPE) {
    return refusal(key, "INVALID_REQUEST", "this broker coordinates consumer groups only, not transactions");
  }
  if (!isValidGroupId(key)) return refusal(key, "INVALID_GROUP_ID", ERRORS.INVALID_GROUP_ID.description);
  const leaderId = cluster.leaderOf(OFFSETS_TOPIC, groups.partitionOf(key))?.leaderId;
  const leader = cluster.brokers().find(({ nodeId }) => nodeId === leaderId);
  if (leader === undefined) {
    return refusal(key, "COORDINATOR_NOT_AVAILABLE", ERRORS.COORDINATOR_NOT_AVAILABLE.description);
  }
  const { nodeId, host, port } = leader;
  return { key, errorCode: 0, errorMessage: null, nodeId, host, port };
}

function refusal(key: string, error: ErrorName, errorMessage: string) {
  return { key, errorCode: ERRORS[error].code, errorMessage, nodeId: -1, host: "", port: -1 };
}
