import type { StateEntry, StateMachine, StoredEntry } from "@letterpress/log";
import { decodeMetadata, encodeMetadata, type TopicRecord } from "./metadata-record.ts";

/** The cluster's metadata as a pure function of its log `__cluster_metadata`. */
export class MetadataState implements StateMachine {
  readonly topics = new Map<string, TopicRecord>();
  /** The first producer id that was never given out. */
  nextProducerId = 0n;
  /** Empty until the cluster's first start has stored it. */
  clusterId = "";

  apply(stored: StoredEntry): void {
    const record = decodeMetadata(stored);
    switch (record?.kind) {
      case "topic":
        if (record.topic === null) this.topics.delete(record.name);
        else this.topics.set(record.name, record.topic);
        break;
      case "producer-ids":
        if (record.next > this.nextProducerId) this.nextProducerId = record.next;
        break;
      case "cluster":
        this.clusterId = record.clusterId;
        break;
    }
  }

  *liveEntries(): Iterable<StateEntry> {
    if (this.clusterId !== "") yield encodeMetadata({ kind: "cluster", clusterId: this.clusterId });
    yield encodeMetadata({ kind: "producer-ids", next: this.nextProducerId });
    for (const [name, topic] of this.topics) yield encodeMetadata({ kind: "topic", name, topic });
  }
}
