import { MetadataConflict, type MetadataLog } from "../topics/metadata-log.ts";
import { encodeMetadata, type MetadataRecord } from "../topics/metadata-record.ts";
import type { MetadataState } from "../topics/metadata-state.ts";
import type { ClusterMembership } from "./cluster-join.ts";

/** The metadata of a cluster: `state` follows their log, and the controller makes the changes. */
export class SharedMetadata implements MetadataLog {
  readonly isShared = true;
  readonly state: MetadataState;
  readonly #member: ClusterMembership;

  constructor(state: MetadataState, member: ClusterMembership) {
    this.state = state;
    this.#member = member;
  }

  async write(record: MetadataRecord, before: MetadataRecord | null): Promise<void> {
    const entry = encodeMetadata(record);
    const expected = before === null ? null : encodeMetadata(before).value;
    const result = await this.#member.change({ entry, before: expected });
    // An attempt whose answer was lost may have succeeded: a topic that is as it was to be has been changed by us.
    if (result === "stored" || (record.kind === "topic" && this.#holds(record))) return;
    throw new MetadataConflict(`another broker has changed ${entry.key.toString()}`);
  }

  #holds(record: Extract<MetadataRecord, { kind: "topic" }>): boolean {
    const topic = this.state.topics.get(record.name) ?? null;
    const { value } = encodeMetadata({ ...record, topic });
    return String(value) === String(encodeMetadata(record).value);
  }
}
