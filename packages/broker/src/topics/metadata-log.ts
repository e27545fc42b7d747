import type { PartitionLog } from "@letterpress/log";
import type { MetadataRecord } from "./metadata-record.ts";
import type { MetadataState } from "./metadata-state.ts";

/** Another broker has changed the same fact meanwhile: what was decided has to be decided again. */
export class MetadataConflict extends Error {
  override readonly name = "MetadataConflict";
}

/** The cluster's metadata and the way to change it. */
export interface MetadataLog {
  readonly state: MetadataState;
  /** Other brokers change it, too: `state` moves by itself. */
  readonly isShared: boolean;
  /** Where it is kept; left out where that is no partition log of this broker's. */
  readonly log?: PartitionLog;
  /**
   * Stores one fact; resolves once it is durable and applied to `state`.
   *
   * @param before what the fact was when the change was decided on, null for one that there was not.
   * @throws MetadataConflict when it is something else by now; `state` shows what.
   */
  write(record: MetadataRecord, before: MetadataRecord | null): Promise<void>;
}
