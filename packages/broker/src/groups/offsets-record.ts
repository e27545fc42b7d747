import type { StateEntry } from "@letterpress/log";
import {
  GroupMetadataKey,
  GroupMetadataValue,
  OffsetCommitKey,
  OffsetCommitValue,
} from "@letterpress/protocol";
import type { GroupSnapshot } from "./group-types.ts";

/** A committed offset as it is kept. */
export interface CommittedOffset {
  readonly offset: bigint;
  /** The epoch of the last consumed record; -1 when the client did not say. */
  readonly leaderEpoch: number;
  /** Free text of the client's. */
  readonly metadata: string;
  readonly commitTimestampMs: number;
  /** When it goes away by itself; -1 for the broker's retention. */
  readonly expireTimestampMs: number;
}

/** One fact in `__consumer_offsets`. Null removes it. */
export type OffsetsRecord =
  | {
      readonly kind: "offset";
      readonly groupId: string;
      readonly topic: string;
      readonly partition: number;
      readonly committed: CommittedOffset | null;
    }
  | { readonly kind: "group"; readonly groupId: string; readonly snapshot: GroupSnapshot | null };

/** The only version of OffsetCommitValue that carries an expiry time; it has no leader epoch. */
const EXPIRING_VALUE_VERSION = 1;
const OFFSET_KEY_VERSION_MAX = 1;
const GROUP_KEY_VERSION = 2;

/** The entry that stores `record`, in Apache Kafka's own formats. */
export function encodeOffsets(record: OffsetsRecord): StateEntry {
  if (record.kind === "group") {
    const key = GroupMetadataKey.write({ group: record.groupId });
    return { key, value: record.snapshot === null ? null : encodeSnapshot(record.snapshot) };
  }
  const { groupId: group, topic, partition, committed } = record;
  const key = OffsetCommitKey.write({ group, topic, partition });
  return { key, value: committed === null ? null : encodeCommitted(committed) };
}

function encodeCommitted(committed: CommittedOffset): Buffer {
  const { offset, leaderEpoch, metadata, commitTimestampMs, expireTimestampMs } = committed;
  const common = { offset, metadata, commitTimestamp: BigInt(commitTimestampMs) };
  if (expireTimestampMs < 0) return OffsetCommitValue.write({ ...common, leaderEpoch });
  return OffsetCommitValue.write(
    { ...common, expireTimestamp: BigInt(expireTimestampMs) },
    EXPIRING_VALUE_VERSION,
  );
}

function encodeSnapshot(snapshot: GroupSnapshot): Buffer {
  return GroupMetadataValue.write({
    protocolType: snapshot.protocolType,
    generation: snapshot.generationId,
    protocol: snapshot.protocolName,
    leader: snapshot.leader,
    currentStateTimestamp: BigInt(snapshot.stateTimestampMs),
    members: snapshot.members.map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      rebalanceTimeout: member.rebalanceTimeoutMs,
      sessionTimeout: member.sessionTimeoutMs,
      subscription: member.subscription,
      assignment: member.assignment,
    })),
  });
}

/** The record that `entry` holds; undefined for a kind this build does not know. Throws on malformed bytes. */
export function decodeOffsets(entry: StateEntry): OffsetsRecord | undefined {
  const { key, value } = entry;
  const version = key.readInt16BE(0);
  if (version >= 0 && version <= OFFSET_KEY_VERSION_MAX) {
    const { group: groupId, topic, partition } = OffsetCommitKey.read(key);
    return { kind: "offset", groupId, topic, partition, committed: value && decodeCommitted(value) };
  }
  if (version !== GROUP_KEY_VERSION) return undefined;
  const { group: groupId } = GroupMetadataKey.read(key);
  return { kind: "group", groupId, snapshot: value && decodeSnapshot(value) };
}

function decodeCommitted(value: Buffer): CommittedOffset {
  const stored = OffsetCommitValue.read(value);
  return {
    offset: stored.offset,
    leaderEpoch: stored.leaderEpoch,
    metadata: stored.metadata,
    commitTimestampMs: Number(stored.commitTimestamp),
    expireTimestampMs: Number(stored.expireTimestamp),
  };
}

/** Byte strings are copied, so that the state does not hold on to whole batches. */
function decodeSnapshot(value: Buffer): GroupSnapshot {
  const stored = GroupMetadataValue.read(value);
  return {
    protocolType: stored.protocolType,
    generationId: stored.generation,
    protocolName: stored.protocol,
    leader: stored.leader,
    stateTimestampMs: Number(stored.currentStateTimestamp),
    members: stored.members.map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      // Version 0 has none; Kafka takes the session timeout then.
      rebalanceTimeoutMs: member.rebalanceTimeout < 0 ? member.sessionTimeout : member.rebalanceTimeout,
      sessionTimeoutMs: member.sessionTimeout,
      subscription: Buffer.from(member.subscription),
      assignment: Buffer.from(member.assignment),
    })),
  };
}
