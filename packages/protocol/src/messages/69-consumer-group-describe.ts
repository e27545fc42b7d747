import { api } from "../api.ts";
import { array, bool, int8, int16, int32, nullableString, string, struct, uuid } from "../schema/index.ts";
import { AUTHORIZED_OPERATIONS_OMITTED } from "./authorized-operations.ts";

const topicPartitions = struct({
  topicId: uuid(),
  topicName: string(),
  partitions: array(int32()),
});

const assignment = struct({
  topicPartitions: array(topicPartitions),
});

/**
 * Describes groups of the consumer group protocol (KIP-848).
 *
 * Version 1 tells members of the classic protocol from those of the new one (KIP-1099).
 */
export const ConsumerGroupDescribe = api({
  key: 69,
  name: "ConsumerGroupDescribe",
  versions: [0, 1],
  flexible: 0,
  request: struct({
    groupIds: array(string()),
    includeAuthorizedOperations: bool(),
  }),
  response: struct({
    throttleTimeMs: int32().default(0),
    groups: array(
      struct({
        errorCode: int16(),
        errorMessage: nullableString().default(null),
        groupId: string(),
        groupState: string(),
        groupEpoch: int32(),
        assignmentEpoch: int32(),
        assignorName: string(),
        members: array(
          struct({
            memberId: string(),
            instanceId: nullableString().default(null),
            rackId: nullableString().default(null),
            memberEpoch: int32(),
            clientId: string(),
            clientHost: string(),
            subscribedTopicNames: array(string()),
            subscribedTopicRegex: nullableString().default(null),
            assignment,
            targetAssignment: assignment,
            /** -1 for unknown, 0 for the classic protocol, 1 for the consumer group protocol. */
            memberType: int8().since(1).default(-1).ignorable(),
          }),
        ),
        authorizedOperations: int32().default(AUTHORIZED_OPERATIONS_OMITTED),
      }),
    ),
  }),
});
