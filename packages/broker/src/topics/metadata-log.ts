import type { MetadataRecord } from "./metadata-record.ts";
import type { MetadataState } from "./metadata-state.ts";

/** The cluster's metadata and the way to change it. */
export interface MetadataLog {
  readonly state: MetadataState;
  /** Stores one fact; resolves once it is durable and applied to `state`. */
  write(record: MetadataRecord): Promise<void>;
}
