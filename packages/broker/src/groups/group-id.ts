/** Group ids are free text, but they are stored with every commit. */
export const GROUP_ID_LENGTH_MAX = 1024;

export function isValidGroupId(groupId: string): boolean {
  return groupId.length > 0 && groupId.length <= GROUP_ID_LENGTH_MAX;
}

/** The partition of `__consumer_offsets` that a group lives in: Java's `Utils.abs(groupId.hashCode()) % partitions`. */
export function offsetsPartitionOf(groupId: string, partitions: number): number {
  let hash = 0;
  for (let index = 0; index < groupId.length; index++) {
    hash = (Math.imul(31, hash) + groupId.charCodeAt(index)) | 0;
  }
  // Java cannot negate the smallest integer; Kafka's abs() takes it for 0.
  return (hash === -0x80000000 ? 0 : Math.abs(hash)) % partitions;
}
