import type { DeadlineTimer } from "./deadline-timer.ts";
import { Group } from "./group.ts";
import type { GroupError } from "./group-error.ts";
import type { ResolvedGroupOptions } from "./group-options.ts";
import { GroupRunner } from "./group-runner.ts";
import { expiredOffsets } from "./offset-expiry.ts";
import { encodeOffsets } from "./offsets-record.ts";
import type { OffsetsState } from "./offsets-state.ts";
import { type OffsetsLog, OffsetsWriter } from "./offsets-writer.ts";

/** One partition of `__consumer_offsets` that this broker leads, with the groups that live in it. */
export class OffsetsPartition {
  readonly state: OffsetsState;
  readonly groups = new Map<string, GroupRunner>();
  readonly #writer: OffsetsWriter;
  readonly #timer: DeadlineTimer;
  readonly #options: ResolvedGroupOptions;

  /** Takes up the groups that the state holds. */
  constructor(state: OffsetsState, log: OffsetsLog, timer: DeadlineTimer, options: ResolvedGroupOptions) {
    this.state = state;
    this.#writer = new OffsetsWriter(log);
    this.#timer = timer;
    this.#options = options;
    for (const groupId of state.groupIds()) this.#restore(groupId);
  }

  get(groupId: string): GroupRunner | undefined {
    return this.groups.get(groupId);
  }

  getOrCreate(groupId: string): GroupRunner {
    const { clock, limits } = this.#options;
    return this.groups.get(groupId) ?? this.#run(new Group(groupId, limits, clock.now()));
  }

  /**
   * Deletes a group with its offsets.
   *
   * @returns NON_EMPTY_GROUP, or why it could not be stored.
   */
  async delete(runner: GroupRunner): Promise<GroupError> {
    // A commit that is still on its way would bring the group back.
    while (runner.pendingWrites > 0) await this.#writer.write([]);
    const { groupId, state } = runner.group;
    if (state === "Dead") return "GROUP_ID_NOT_FOUND";
    if (state !== "Empty") return "NON_EMPTY_GROUP";
    this.groups.delete(groupId);
    runner.close("GROUP_ID_NOT_FOUND");
    const entries = [];
    for (const [topic, partitions] of this.state.offsetsOf(groupId)) {
      for (const partition of partitions.keys()) {
        entries.push(encodeOffsets({ kind: "offset", groupId, topic, partition, committed: null }));
      }
    }
    if (this.state.snapshotOf(groupId) !== undefined) {
      entries.push(encodeOffsets({ kind: "group", groupId, snapshot: null }));
    }
    const error = await this.#writer.write(entries);
    // What could not be deleted is still there.
    if (error !== "NONE" && !this.groups.has(groupId)) this.#restore(groupId);
    return error;
  }

  /** Removes the offsets of empty groups that are past their retention, and groups that hold nothing any more. */
  async expire(nowMs: number): Promise<void> {
    const idle = [...this.groups.values()].filter(
      ({ group, pendingWrites }) => group.state === "Empty" && !group.hasMembers && pendingWrites === 0,
    );
    const errors = await Promise.all(idle.map((runner) => this.#expireGroup(runner, nowMs)));
    if (!errors.includes("COORDINATOR_NOT_AVAILABLE")) return;
    this.#options.logger.warn({}, "expired offsets could not be removed; it is tried again later");
  }

  async #expireGroup(runner: GroupRunner, nowMs: number): Promise<GroupError> {
    const { groupId, protocolType, stateTimestampMs } = runner.group;
    const offsets = this.state.offsetsOf(groupId);
    if (offsets.size === 0) return this.delete(runner);
    const emptySinceMs = protocolType === null ? undefined : stateTimestampMs;
    const retentionMs = this.#options.offsetsRetentionMs;
    const entries = Array.from(
      expiredOffsets(offsets, { nowMs, retentionMs, emptySinceMs }),
      ({ topic, partition }) => encodeOffsets({ kind: "offset", groupId, topic, partition, committed: null }),
    );
    if (entries.length === 0) return "NONE";
    const error = await runner.write(entries);
    // Whoever commits or joins meanwhile keeps the group.
    const isIdle = runner.pendingWrites === 0 && !runner.group.hasMembers;
    return isIdle && this.state.offsetsOf(groupId).size === 0 ? this.delete(runner) : error;
  }

  /** Removes every group's offsets for a topic that was deleted. */
  async removeTopic(topic: string): Promise<GroupError> {
    // Commits that were accepted before the deletion are on their way.
    await this.#writer.write([]);
    const entries = [];
    for (const groupId of this.groups.keys()) {
      for (const partition of this.state.offsetsOf(groupId).get(topic)?.keys() ?? []) {
        entries.push(encodeOffsets({ kind: "offset", groupId, topic, partition, committed: null }));
      }
    }
    return this.#writer.write(entries);
  }

  close(error: GroupError): void {
    for (const runner of this.groups.values()) runner.close(error);
    this.groups.clear();
  }

  #restore(groupId: string): void {
    const snapshot = this.state.snapshotOf(groupId);
    const { clock, limits } = this.#options;
    if (snapshot === undefined) this.getOrCreate(groupId);
    else this.#run(Group.restore(groupId, snapshot, limits, clock.now()));
  }

  #run(group: Group): GroupRunner {
    const runner = new GroupRunner(group, this.#writer, this.#timer, this.#options);
    this.groups.set(group.groupId, runner);
    return runner;
  }
}
