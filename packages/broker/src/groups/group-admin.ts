import type { GroupDirectory } from "./group-directory.ts";
import type { GroupError } from "./group-error.ts";
import type { GroupSnapshot, GroupState } from "./group-types.ts";

export interface ListedGroup {
  readonly groupId: string;
  readonly protocolType: string;
  readonly state: GroupState;
}

export interface DescribedGroup {
  readonly error: GroupError;
  /** `Dead` for a group that is not there. */
  readonly state: GroupState;
  /** Undefined where there is no group to describe. */
  readonly snapshot: GroupSnapshot | undefined;
}

/** What administrators see of the groups that are coordinated here, and do to them. */
export class GroupAdmin {
  readonly #directory: GroupDirectory;

  constructor(directory: GroupDirectory) {
    this.#directory = directory;
  }

  /** Every group; with COORDINATOR_LOAD_IN_PROGRESS, those that are known by now. */
  list(): { readonly error: GroupError; readonly groups: readonly ListedGroup[] } {
    const groups: ListedGroup[] = [];
    for (const partition of this.#directory.loaded()) {
      for (const { group } of partition.groups.values()) {
        groups.push({ groupId: group.groupId, protocolType: group.protocolType ?? "", state: group.state });
      }
    }
    return { error: this.#directory.isLoading ? "COORDINATOR_LOAD_IN_PROGRESS" : "NONE", groups };
  }

  describe(groupId: string): DescribedGroup {
    const located = this.#directory.locate(groupId);
    if (located.error !== "NONE") return { error: located.error, state: "Dead", snapshot: undefined };
    const group = located.partition.get(groupId)?.group;
    return { error: "NONE", state: group?.state ?? "Dead", snapshot: group?.snapshot() };
  }

  /** Deletes an empty group with its offsets; resolves when that is durable. */
  async delete(groupId: string): Promise<GroupError> {
    const located = this.#directory.locate(groupId);
    if (located.error !== "NONE") return located.error;
    const runner = located.partition.get(groupId);
    return runner === undefined ? "GROUP_ID_NOT_FOUND" : located.partition.delete(runner);
  }
}
