/** One error of the Kafka protocol, as the error codes of responses name it. */
export interface KafkaErrorInfo {
  /** What travels in `errorCode` fields. */
  readonly code: number;
  readonly name: ErrorName;
  /** Whether the same request may succeed when it is sent again, perhaps after a refresh of metadata. */
  readonly retriable: boolean;
  /** One sentence for people, fit for the `errorMessage` fields of responses. */
  readonly description: string;
}

type Row = Omit<KafkaErrorInfo, "name">;
const fatal = (code: number, description: string): Row => ({ code, retriable: false, description });
const retriable = (code: number, description: string): Row => ({ code, retriable: true, description });

/** Every error code of Apache Kafka 4.1, by ascending code. */
const TABLE = {
  UNKNOWN_SERVER_ERROR: fatal(-1, "The broker met an unexpected error while it processed the request."),
  NONE: fatal(0, "No error."),
  OFFSET_OUT_OF_RANGE: fatal(1, "The offset is outside the range that the partition holds."),
  CORRUPT_MESSAGE: retriable(
    2,
    "The record batch fails its CRC, is too large, lacks a key, or is otherwise corrupt.",
  ),
  UNKNOWN_TOPIC_OR_PARTITION: retriable(3, "The broker does not host this topic or partition."),
  INVALID_FETCH_SIZE: fatal(4, "The fetch size is invalid."),
  LEADER_NOT_AVAILABLE: retriable(5, "The partition has no leader at the moment."),
  NOT_LEADER_OR_FOLLOWER: retriable(6, "The broker is not the leader, or not a replica, of the partition."),
  REQUEST_TIMED_OUT: retriable(7, "The request timed out."),
  BROKER_NOT_AVAILABLE: fatal(8, "The broker is not available."),
  REPLICA_NOT_AVAILABLE: retriable(9, "The replica of the partition is not available."),
  MESSAGE_TOO_LARGE: fatal(10, "The record batch is larger than max.message.bytes of the topic."),
  STALE_CONTROLLER_EPOCH: fatal(11, "The controller has moved to another broker."),
  OFFSET_METADATA_TOO_LARGE: fatal(12, "The metadata of the committed offset is too large."),
  NETWORK_EXCEPTION: retriable(13, "The connection was lost before the response arrived."),
  COORDINATOR_LOAD_IN_PROGRESS: retriable(14, "The coordinator is still loading its state."),
  COORDINATOR_NOT_AVAILABLE: retriable(15, "The coordinator is not available."),
  NOT_COORDINATOR: retriable(16, "The broker is not the coordinator."),
  INVALID_TOPIC_EXCEPTION: fatal(
    17,
    "The topic name is invalid, or the operation is not allowed on this topic.",
  ),
  RECORD_LIST_TOO_LARGE: fatal(18, "The record batch is larger than a segment of the log."),
  NOT_ENOUGH_REPLICAS: retriable(19, "Fewer replicas are in sync than required; nothing was written."),
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: retriable(
    20,
    "The batch was written to fewer in-sync replicas than required.",
  ),
  INVALID_REQUIRED_ACKS: fatal(21, "The required acks are none of 0, 1 and -1."),
  ILLEGAL_GENERATION: fatal(22, "The generation is not the group's current one."),
  INCONSISTENT_GROUP_PROTOCOL: fatal(23, "The member shares no protocol type or assignor with the group."),
  INVALID_GROUP_ID: fatal(24, "The group id is invalid."),
  UNKNOWN_MEMBER_ID: fatal(25, "The coordinator does not know this member."),
  INVALID_SESSION_TIMEOUT: fatal(26, "The session timeout is outside the range the broker allows."),
  REBALANCE_IN_PROGRESS: fatal(27, "The group is rebalancing; the member must rejoin."),
  INVALID_COMMIT_OFFSET_SIZE: fatal(28, "The committed offset does not fit into a record."),
  TOPIC_AUTHORIZATION_FAILED: fatal(29, "The principal may not do this on the topic."),
  GROUP_AUTHORIZATION_FAILED: fatal(30, "The principal may not do this on the group."),
  CLUSTER_AUTHORIZATION_FAILED: fatal(31, "The principal may not do this on the cluster."),
  INVALID_TIMESTAMP: fatal(32, "The timestamp of a record is outside the range the topic accepts."),
  UNSUPPORTED_SASL_MECHANISM: fatal(33, "The broker does not offer this SASL mechanism."),
  ILLEGAL_SASL_STATE: fatal(34, "The request does not fit the state of the SASL exchange."),
  UNSUPPORTED_VERSION: fatal(35, "The broker does not speak this version of the API."),
  TOPIC_ALREADY_EXISTS: fatal(36, "A topic of this name exists."),
  INVALID_PARTITIONS: fatal(37, "The number of partitions is invalid."),
  INVALID_REPLICATION_FACTOR: fatal(38, "The replication factor is below 1 or above the number of brokers."),
  INVALID_REPLICA_ASSIGNMENT: fatal(39, "The replica assignment is invalid."),
  INVALID_CONFIG: fatal(40, "A config is unknown or has an invalid value."),
  NOT_CONTROLLER: retriable(41, "The broker is not the controller."),
  INVALID_REQUEST: fatal(42, "The request is malformed or contradicts itself."),
  UNSUPPORTED_FOR_MESSAGE_FORMAT: fatal(
    43,
    "The message format of the partition does not support the request.",
  ),
  POLICY_VIOLATION: fatal(44, "The request violates a configured policy."),
  OUT_OF_ORDER_SEQUENCE_NUMBER: fatal(
    45,
    "A sequence number is missing between this batch and the last one.",
  ),
  DUPLICATE_SEQUENCE_NUMBER: fatal(46, "The sequence number was used by an earlier batch."),
  INVALID_PRODUCER_EPOCH: fatal(47, "The producer's epoch is older than the current one."),
  INVALID_TXN_STATE: fatal(48, "The state of the transaction does not allow this operation."),
  INVALID_PRODUCER_ID_MAPPING: fatal(49, "The producer id does not belong to the transactional id."),
  INVALID_TRANSACTION_TIMEOUT: fatal(
    50,
    "The transaction timeout is larger than transaction.max.timeout.ms.",
  ),
  CONCURRENT_TRANSACTIONS: retriable(51, "Another operation on the same transaction is under way."),
  TRANSACTION_COORDINATOR_FENCED: fatal(
    52,
    "The sender of the transaction marker is no longer the coordinator.",
  ),
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: fatal(53, "The principal may not use the transactional id."),
  SECURITY_DISABLED: fatal(54, "The security features are disabled."),
  OPERATION_NOT_ATTEMPTED: fatal(55, "The operation was skipped because another one of its request failed."),
  KAFKA_STORAGE_ERROR: retriable(56, "The disk under the log failed."),
  LOG_DIR_NOT_FOUND: fatal(57, "The broker has no such log directory."),
  SASL_AUTHENTICATION_FAILED: fatal(58, "SASL authentication failed."),
  UNKNOWN_PRODUCER_ID: fatal(59, "The broker holds no state for this producer id."),
  REASSIGNMENT_IN_PROGRESS: fatal(60, "The partition is being reassigned."),
  DELEGATION_TOKEN_AUTH_DISABLED: fatal(61, "Delegation tokens are disabled."),
  DELEGATION_TOKEN_NOT_FOUND: fatal(62, "The delegation token does not exist."),
  DELEGATION_TOKEN_OWNER_MISMATCH: fatal(63, "The principal is no owner or renewer of the delegation token."),
  DELEGATION_TOKEN_REQUEST_NOT_ALLOWED: fatal(
    64,
    "Delegation tokens cannot be requested on this connection.",
  ),
  DELEGATION_TOKEN_AUTHORIZATION_FAILED: fatal(65, "The principal may not use the delegation token."),
  DELEGATION_TOKEN_EXPIRED: fatal(66, "The delegation token has expired."),
  INVALID_PRINCIPAL_TYPE: fatal(67, "The principal type is not supported."),
  NON_EMPTY_GROUP: fatal(68, "The group still has members."),
  GROUP_ID_NOT_FOUND: fatal(69, "The group does not exist."),
  FETCH_SESSION_ID_NOT_FOUND: retriable(70, "The fetch session does not exist."),
  INVALID_FETCH_SESSION_EPOCH: retriable(71, "The epoch of the fetch session is not the expected one."),
  LISTENER_NOT_FOUND: retriable(72, "The leader has no listener like the one the request came in on."),
  TOPIC_DELETION_DISABLED: fatal(73, "The deletion of topics is disabled."),
  FENCED_LEADER_EPOCH: retriable(74, "The leader epoch is older than the broker's."),
  UNKNOWN_LEADER_EPOCH: retriable(75, "The leader epoch is newer than the broker's."),
  UNSUPPORTED_COMPRESSION_TYPE: fatal(76, "The version of the request does not support the compression."),
  STALE_BROKER_EPOCH: fatal(77, "The epoch of the broker has changed."),
  OFFSET_NOT_AVAILABLE: retriable(78, "The new leader's high watermark has not caught up yet."),
  MEMBER_ID_REQUIRED: fatal(79, "The member must join again with the id it was given."),
  PREFERRED_LEADER_NOT_AVAILABLE: retriable(80, "The preferred leader is not available."),
  GROUP_MAX_SIZE_REACHED: fatal(81, "The group has reached its maximum size."),
  FENCED_INSTANCE_ID: fatal(82, "Another member has taken over this group.instance.id."),
  ELIGIBLE_LEADERS_NOT_AVAILABLE: retriable(83, "No eligible leader of the partition is available."),
  ELECTION_NOT_NEEDED: retriable(84, "The partition needs no election."),
  NO_REASSIGNMENT_IN_PROGRESS: fatal(85, "The partition is not being reassigned."),
  GROUP_SUBSCRIBED_TO_TOPIC: fatal(
    86,
    "The group is subscribed to the topic, so its offsets cannot be deleted.",
  ),
  INVALID_RECORD: fatal(87, "The broker's validation rejected a record."),
  UNSTABLE_OFFSET_COMMIT: retriable(88, "An open transaction holds back the offsets."),
  THROTTLING_QUOTA_EXCEEDED: retriable(89, "The client has exceeded its quota."),
  PRODUCER_FENCED: fatal(90, "A newer producer with the same transactional id has fenced this one."),
  RESOURCE_NOT_FOUND: fatal(91, "The resource does not exist."),
  DUPLICATE_RESOURCE: fatal(92, "The request names the same resource twice."),
  UNACCEPTABLE_CREDENTIAL: fatal(93, "The credential does not meet the requirements."),
  INCONSISTENT_VOTER_SET: fatal(94, "The sender or the receiver is not one of the expected voters."),
  INVALID_UPDATE_VERSION: fatal(95, "The update version is invalid."),
  FEATURE_UPDATE_FAILED: fatal(96, "The finalized features could not be updated."),
  PRINCIPAL_DESERIALIZATION_FAILURE: fatal(97, "The principal of a forwarded request could not be read."),
  SNAPSHOT_NOT_FOUND: fatal(98, "The snapshot does not exist."),
  POSITION_OUT_OF_RANGE: fatal(99, "The position is outside the snapshot."),
  UNKNOWN_TOPIC_ID: retriable(100, "The broker does not host this topic id."),
  DUPLICATE_BROKER_REGISTRATION: fatal(101, "The broker id is in use."),
  BROKER_ID_NOT_REGISTERED: fatal(102, "The broker id is not registered."),
  INCONSISTENT_TOPIC_ID: retriable(103, "The topic id differs from the log's."),
  INCONSISTENT_CLUSTER_ID: fatal(104, "The cluster id differs from the broker's."),
  TRANSACTIONAL_ID_NOT_FOUND: fatal(105, "The transactional id does not exist."),
  FETCH_SESSION_TOPIC_ID_ERROR: retriable(106, "The fetch session mixes topic ids with topic names."),
  INELIGIBLE_REPLICA: fatal(107, "The new in-sync replicas contain an ineligible one."),
  NEW_LEADER_ELECTED: fatal(108, "The partition was altered, and its leader has changed."),
  OFFSET_MOVED_TO_TIERED_STORAGE: fatal(109, "The offset has moved to tiered storage."),
  FENCED_MEMBER_EPOCH: fatal(110, "The member was fenced; it must abandon its partitions and rejoin."),
  UNRELEASED_INSTANCE_ID: fatal(111, "Another member still uses this instance id; it must leave first."),
  UNSUPPORTED_ASSIGNOR: fatal(112, "The group does not support the assignor."),
  STALE_MEMBER_EPOCH: fatal(113, "The member epoch is stale; retry with the one the next heartbeat returns."),
  MISMATCHED_ENDPOINT_TYPE: fatal(114, "The request was sent to an endpoint of the wrong type."),
  UNSUPPORTED_ENDPOINT_TYPE: fatal(115, "The endpoint type is not supported."),
  UNKNOWN_CONTROLLER_ID: fatal(116, "The controller id is unknown."),
  UNKNOWN_SUBSCRIPTION_ID: fatal(117, "The telemetry subscription is invalid or outdated."),
  TELEMETRY_TOO_LARGE: fatal(118, "The telemetry is larger than the broker accepts."),
  INVALID_REGISTRATION: fatal(119, "The registration of the broker is invalid."),
  TRANSACTION_ABORTABLE: fatal(120, "The transaction failed; abort it to go on with the transactional id."),
  INVALID_RECORD_STATE: fatal(121, "The state of the record does not allow its acknowledgement."),
  SHARE_SESSION_NOT_FOUND: retriable(122, "The share session does not exist."),
  INVALID_SHARE_SESSION_EPOCH: retriable(123, "The epoch of the share session is not the expected one."),
  FENCED_STATE_EPOCH: fatal(124, "The state epoch of the share group does not match."),
  INVALID_VOTER_KEY: fatal(125, "The voter key does not match the receiver's."),
  DUPLICATE_VOTER: fatal(126, "The voter is already part of the voter set."),
  VOTER_NOT_FOUND: fatal(127, "The voter is not part of the voter set."),
  INVALID_REGULAR_EXPRESSION: fatal(128, "The regular expression is invalid."),
  REBOOTSTRAP_REQUIRED: fatal(129, "The client's metadata is stale; it must bootstrap again."),
  STREAMS_INVALID_TOPOLOGY: fatal(130, "The topology is invalid."),
  STREAMS_INVALID_TOPOLOGY_EPOCH: fatal(131, "The epoch of the topology is invalid."),
  STREAMS_TOPOLOGY_FENCED: fatal(132, "The epoch of the topology is outdated."),
  SHARE_SESSION_LIMIT_REACHED: retriable(133, "The limit of share sessions is reached."),
} as const;

/** The name of a Kafka error, such as `OFFSET_OUT_OF_RANGE`. */
export type ErrorName = keyof typeof TABLE;

/** Every Kafka error by its name: `ERRORS.OFFSET_OUT_OF_RANGE.code` is 1. */
export const ERRORS = Object.fromEntries(
  Object.entries(TABLE).map(([name, row]) => [name, { name, ...row }]),
) as { readonly [Name in ErrorName]: KafkaErrorInfo & { readonly name: Name } };

const BY_CODE = new Map<number, KafkaErrorInfo>(Object.values(ERRORS).map((info) => [info.code, info]));

/** The error with this code; `UNKNOWN_SERVER_ERROR` for a code newer than this build, as Kafka's clients do. */
export function errorByCode(code: number): KafkaErrorInfo {
  return BY_CODE.get(code) ?? ERRORS.UNKNOWN_SERVER_ERROR;
}

/** Whether `name` is the name of a Kafka error. */
export function isErrorName(name: string): name is ErrorName {
  return Object.hasOwn(TABLE, name);
}
