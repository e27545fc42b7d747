import { GroupAdmin } from "./group-admin.ts";
import { joinError } from "./group-data.ts";
import { GroupDirectory, type OpenOffsetsLog } from "./group-directory.ts";
import type { GroupError } from "./group-error.ts";
import { GroupOffsets } from "./group-offsets.ts";
import { type GroupCoordinatorOptions, resolveGroupOptions } from "./group-options.ts";
import { type GroupRunner, syncError } from "./group-runner.ts";
import type {
  JoinRequest,
  JoinResult,
  LeaveResult,
  MemberIdentity,
  SyncRequest,
  SyncResult,
} from "./group-types.ts";

/**
 * Coordinates the consumer groups that live in the partitions of `__consumer_offsets` this broker leads. No method
 * rejects: what is wrong comes back as a Kafka error.
 *
 * Groups of the classic protocol only; what other protocols have stored is kept, and not touched.
 */
export class GroupCoordinator {
  readonly offsets: GroupOffsets;
  readonly admin: GroupAdmin;
  readonly #directory: GroupDirectory;

  constructor(options: GroupCoordinatorOptions) {
    this.#directory = new GroupDirectory(resolveGroupOptions(options));
    this.offsets = new GroupOffsets(this.#directory);
    this.admin = new GroupAdmin(this.#directory);
  }

  /** The partition of `__consumer_offsets` whose leader coordinates the group. */
  partitionOf(groupId: string): number {
    return this.#directory.partitionOf(groupId);
  }

  /**
   * Takes over an offsets partition: replays it, then serves its groups. Requests for them are answered with
   * COORDINATOR_LOAD_IN_PROGRESS until then. Rejects with what `open` rejects with.
   */
  loadPartition(partition: number, open: OpenOffsetsLog): Promise<void> {
    return this.#directory.load(partition, open);
  }

  /** Gives an offsets partition up; requests that wait are answered with NOT_COORDINATOR. Its log is not closed. */
  unloadPartition(partition: number): void {
    this.#directory.unload(partition);
  }

  /** Gives everything up and stops the timer. */
  close(): void {
    this.#directory.close();
  }

  /** Resolves when the member's next generation starts, or `signal` says that nobody waits any more. */
  async join(
    groupId: string,
    request: Omit<JoinRequest, "requestId" | "newMemberId">,
    signal: AbortSignal,
  ): Promise<JoinResult> {
    const located = this.#directory.locate(groupId);
    if (located.error !== "NONE") return joinError(located.error, request.memberId);
    const { partition } = located;
    // Only somebody without an id can found a group.
    const runner = request.memberId === "" ? partition.getOrCreate(groupId) : partition.get(groupId);
    return runner === undefined
      ? joinError("UNKNOWN_MEMBER_ID", request.memberId)
      : runner.join(request, signal);
  }

  /** Resolves when the leader's assignments are stored, or `signal` says that nobody waits any more. */
  async sync(
    groupId: string,
    request: Omit<SyncRequest, "requestId">,
    signal: AbortSignal,
  ): Promise<SyncResult> {
    const found = this.#find(groupId);
    return typeof found === "string" ? syncError(found) : found.sync(request, signal);
  }

  heartbeat(groupId: string, identity: MemberIdentity, generationId: number): GroupError {
    const found = this.#find(groupId);
    return typeof found === "string" ? found : found.heartbeat(identity, generationId);
  }

  /** The error is about the group as a whole; without one, every member has its own. */
  leave(
    groupId: string,
    leaving: readonly MemberIdentity[],
  ): { readonly error: GroupError; readonly members: readonly LeaveResult[] } {
    const found = this.#find(groupId);
    if (typeof found !== "string") return { error: "NONE", members: found.leave(leaving) };
    if (found !== "UNKNOWN_MEMBER_ID") return { error: found, members: [] };
    return { error: "NONE", members: leaving.map((identity) => ({ ...identity, error: found })) };
  }

  #find(groupId: string): GroupRunner | GroupError {
    const located = this.#directory.locate(groupId);
    if (located.error !== "NONE") return located.error;
    return located.partition.get(groupId) ?? "UNKNOWN_MEMBER_ID";
  }
}
