import type { GroupDirectory } from "./group-directory.ts";
import type { GroupError } from "./group-error.ts";
import type { GroupRunner } from "./group-runner.ts";
import type { MemberIdentity } from "./group-types.ts";
import { encodeOffsets } from "./offsets-record.ts";
import type { GroupOffsets as StoredOffsets } from "./offsets-state.ts";

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** One offset to commit. */
export interface OffsetToCommit extends TopicPartition {
  readonly offset: bigint;
  /** -1 for unknown. */
  readonly leaderEpoch: number;
  readonly metadata: string;
}

/** Who commits. Generation -1 and no member id stand for a consumer outside of the group's membership. */
export interface Committer extends MemberIdentity {
  readonly generationId: number;
  /** How long the offsets are to be kept; -1 for the broker's retention. Only OffsetCommit 2 to 4 can say. */
  readonly retentionMs: number;
}

export type FetchedOffsets =
  | { readonly error: "NONE"; readonly offsets: StoredOffsets }
  | { readonly error: Exclude<GroupError, "NONE"> };

/** The committed offsets of the groups that are coordinated here. */
export class GroupOffsets {
  readonly #directory: GroupDirectory;

  constructor(directory: GroupDirectory) {
    this.#directory = directory;
  }

  /** Commits what may be committed, and resolves when it is durable, with one error for each of `offsets`. */
  async commit(
    groupId: string,
    committer: Committer,
    offsets: readonly OffsetToCommit[],
  ): Promise<GroupError[]> {
    const found = this.#committing(groupId, committer);
    if (typeof found === "string") return offsets.map(() => found);
    const errors = offsets.map((offset) => this.#fault(found, committer, offset));
    const accepted = offsets.filter((_, index) => errors[index] === "NONE");
    if (accepted.length === 0) return errors;
    const nowMs = this.#directory.options.clock.now();
    const { retentionMs } = committer;
    const expireTimestampMs = retentionMs < 0 ? -1 : Math.min(nowMs + retentionMs, Number.MAX_SAFE_INTEGER);
    const entries = accepted.map(({ topic, partition, offset, leaderEpoch, metadata }) => {
      const committed = { offset, leaderEpoch, metadata, commitTimestampMs: nowMs, expireTimestampMs };
      return encodeOffsets({ kind: "offset", groupId, topic, partition, committed });
    });
    const stored = await found.write(entries);
    return errors.map((error) => (error === "NONE" ? stored : error));
  }

  /** Every committed offset of the group; none for a group that is not known. */
  fetch(groupId: string): FetchedOffsets {
    const located = this.#directory.locate(groupId);
    if (located.error !== "NONE") return located;
    return { error: "NONE", offsets: located.partition.state.offsetsOf(groupId) };
  }

  /**
   * Removes committed offsets: any of an empty group; of a group that consumes, those of topics that no member
   * subscribes to. `error` is about the group; without one, there is one in `errors` for each of `partitions`.
   */
  async remove(
    groupId: string,
    partitions: readonly TopicPartition[],
  ): Promise<{ readonly error: GroupError; readonly errors: readonly GroupError[] }> {
    const located = this.#directory.locate(groupId);
    if (located.error !== "NONE") return { error: located.error, errors: [] };
    const runner = located.partition.get(groupId);
    if (runner === undefined) return { error: "GROUP_ID_NOT_FOUND", errors: [] };
    const { group } = runner;
    if (group.state !== "Empty" && group.protocolType !== "consumer") {
      return { error: "NON_EMPTY_GROUP", errors: [] };
    }
    const errors = partitions.map(({ topic, partition }): GroupError => {
      if (!this.#directory.options.partitionExists(topic, partition)) return "UNKNOWN_TOPIC_OR_PARTITION";
      return group.subscribes(topic) ? "GROUP_SUBSCRIBED_TO_TOPIC" : "NONE";
    });
    const stored = located.partition.state.offsetsOf(groupId);
    const entries = partitions
      .filter(({ topic, partition }, index) => errors[index] === "NONE" && stored.get(topic)?.has(partition))
      .map((removed) => encodeOffsets({ kind: "offset", groupId, ...removed, committed: null }));
    const error = await runner.write(entries);
    return error === "NONE" ? { error, errors } : { error, errors: [] };
  }

  /** A topic was deleted: one that is made again under its name starts without offsets. */
  async removeTopic(topic: string): Promise<void> {
    for (const partition of [...this.#directory.loaded()]) {
      const error = await partition.removeTopic(topic);
      if (error !== "NONE") {
        this.#directory.options.logger.warn(
          { topic, error },
          "offsets of a deleted topic could not be removed",
        );
      }
    }
  }

  /** The group to commit to. Only a committer that claims no generation can found one. */
  #committing(groupId: string, committer: Committer): GroupRunner | GroupError {
    const located = this.#directory.locate(groupId);
    if (located.error !== "NONE") return located.error;
    const { partition } = located;
    const runner = committer.generationId < 0 ? partition.getOrCreate(groupId) : partition.get(groupId);
    if (runner === undefined) return "ILLEGAL_GENERATION";
    const error = runner.commit(committer, committer.generationId);
    return error === "NONE" ? runner : error;
  }

  /**
   * Why one offset cannot be committed. A member that commits for a partition another one owns works from an
   * assignment of another generation, and is told so: its client gives up what it has, and joins again.
   */
  #fault({ group }: GroupRunner, { memberId }: Committer, offset: OffsetToCommit): GroupError {
    const { topic, partition, metadata } = offset;
    const { options } = this.#directory;
    if (metadata.length > options.offsetMetadataMax) return "OFFSET_METADATA_TOO_LARGE";
    if (!options.partitionExists(topic, partition)) return "UNKNOWN_TOPIC_OR_PARTITION";
    return group.isOwnedByOther(memberId, topic, partition) ? "ILLEGAL_GENERATION" : "NONE";
  }
}
