import type { StateMachine } from "@letterpress/log";
import { DeadlineTimer, type Timed } from "./deadline-timer.ts";
import type { GroupError } from "./group-error.ts";
import { isValidGroupId, offsetsPartitionOf } from "./group-id.ts";
import type { ResolvedGroupOptions } from "./group-options.ts";
import { OffsetsPartition } from "./offsets-partition.ts";
import { OffsetsState } from "./offsets-state.ts";
import type { OffsetsLog } from "./offsets-writer.ts";

/** Opens the log of an offsets partition and replays it into `state`; `StateLog.open` does. */
export type OpenOffsetsLog = (state: StateMachine) => Promise<OffsetsLog>;

interface Slot {
  /** Undefined while it is being loaded. */
  partition: OffsetsPartition | undefined;
}

export type Located =
  | { readonly error: "NONE"; readonly partition: OffsetsPartition }
  | { readonly error: "INVALID_GROUP_ID" | "NOT_COORDINATOR" | "COORDINATOR_LOAD_IN_PROGRESS" };

/** The partitions of `__consumer_offsets` that are led here, and which of them a group lives in. */
export class GroupDirectory implements Timed {
  readonly options: ResolvedGroupOptions;
  readonly #slots = new Map<number, Slot>();
  readonly #timer: DeadlineTimer;
  #isExpiring = false;

  constructor(options: ResolvedGroupOptions) {
    this.options = options;
    this.#timer = new DeadlineTimer(options.clock);
    this.#armExpiry();
  }

  partitionOf(groupId: string): number {
    return offsetsPartitionOf(groupId, this.options.offsetsPartitions);
  }

  locate(groupId: string): Located {
    if (!isValidGroupId(groupId)) return { error: "INVALID_GROUP_ID" };
    const index = this.partitionOf(groupId);
    const slot = this.#slots.get(index);
    if (slot === undefined || !this.options.leads(index)) return { error: "NOT_COORDINATOR" };
    if (slot.partition === undefined) return { error: "COORDINATOR_LOAD_IN_PROGRESS" };
    return { error: "NONE", partition: slot.partition };
  }

  /** Whether a partition is being loaded, so that lists of groups are not complete. */
  get isLoading(): boolean {
    for (const { partition } of this.#slots.values()) if (partition === undefined) return true;
    return false;
  }

  *loaded(): Iterable<OffsetsPartition> {
    for (const [index, { partition }] of this.#slots) {
      if (partition !== undefined && this.options.leads(index)) yield partition;
    }
  }

  /** Replays a partition and takes up its groups. Rejects with what `open` rejects with. */
  async load(index: number, open: OpenOffsetsLog): Promise<void> {
    if (this.#slots.has(index)) return;
    const slot: Slot = { partition: undefined };
    this.#slots.set(index, slot);
    try {
      const state = new OffsetsState();
      const log = await open(state);
      if (this.#slots.get(index) !== slot) return;
      slot.partition = new OffsetsPartition(state, log, this.#timer, this.options);
    } catch (error) {
      if (this.#slots.get(index) === slot) this.#slots.delete(index);
      throw error;
    }
  }

  /** Lets go of a partition: its groups are coordinated elsewhere from now on. The log stays open. */
  unload(index: number, error: GroupError = "NOT_COORDINATOR"): void {
    const slot = this.#slots.get(index);
    this.#slots.delete(index);
    slot?.partition?.close(error);
  }

  close(): void {
    for (const index of [...this.#slots.keys()]) this.unload(index);
    this.#timer.close();
  }

  /** Looks for expired offsets, now and then. */
  onDeadline(nowMs: number): void {
    this.#armExpiry();
    void this.expire(nowMs);
  }

  async expire(nowMs: number): Promise<void> {
    if (this.#isExpiring) return;
    this.#isExpiring = true;
    try {
      for (const partition of [...this.loaded()]) await partition.expire(nowMs);
    } finally {
      this.#isExpiring = false;
    }
  }

  #armExpiry(): void {
    const { clock, offsetsCheckIntervalMs } = this.options;
    this.#timer.arm(this, clock.now() + offsetsCheckIntervalMs);
  }
}
