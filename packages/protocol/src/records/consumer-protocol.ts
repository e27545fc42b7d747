import { array, int32, nullableBytes, nullableString, string, struct } from "../schema/index.ts";
import { versioned } from "./versioned.ts";

/**
 * What a consumer tells the leader of its classic group: the `metadata` of JoinGroup.
 *
 * Version 1 adds the partitions the member owns (KIP-429), 2 the generation it owned them in (KIP-792) and 3
 * its rack (KIP-881).
 */
export const ConsumerProtocolSubscription = versioned({
  name: "ConsumerProtocolSubscription",
  versions: [0, 3],
  flexible: Number.POSITIVE_INFINITY,
  appendOnly: true,
  body: struct({
    topics: array(string()),
    userData: nullableBytes().default(null),
    ownedPartitions: array(
      struct({
        topic: string(),
        partitions: array(int32()),
      }),
    )
      .since(1)
      .ignorable(),
    generationId: int32().since(2).default(-1).ignorable(),
    rackId: nullableString().since(3).default(null).ignorable(),
  }),
});

/** What the leader of a classic group assigns to a consumer: the `assignment` of SyncGroup. */
export const ConsumerProtocolAssignment = versioned({
  name: "ConsumerProtocolAssignment",
  versions: [0, 3],
  flexible: Number.POSITIVE_INFINITY,
  appendOnly: true,
  body: struct({
    assignedPartitions: array(
      struct({
        topic: string(),
        partitions: array(int32()),
      }),
    ),
    userData: nullableBytes().default(null),
  }),
});
