export { ConsumerProtocolAssignment, ConsumerProtocolSubscription } from "./consumer-protocol.ts";
export { GroupMetadataKey, GroupMetadataValue } from "./group-metadata.ts";
export { OffsetCommitKey, OffsetCommitValue } from "./offset-commit.ts";
export { TransactionLogKey, TransactionLogValue } from "./transaction-log.ts";
export { type Versioned, type VersionedIn, type VersionedOut, versioned, versionOf } from "./versioned.ts";
