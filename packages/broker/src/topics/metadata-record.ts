import type { StateEntry, StoredEntry } from "@letterpress/log";

/** What is stored of a topic. */
export interface TopicRecord {
  readonly id: string;
  readonly partitions: number;
  /** How many copies of each partition there are. Absent where nobody has said: the default of who reads it holds. */
  readonly replicas?: number;
  readonly isInternal: boolean;
  readonly overrides: Readonly<Record<string, string>>;
}

/** One fact of the cluster's metadata. Null removes it. */
export type MetadataRecord =
  | { readonly kind: "topic"; readonly name: string; readonly topic: TopicRecord | null }
  /** Every producer id below `next` has been given out, or may have been. */
  | { readonly kind: "producer-ids"; readonly next: bigint }
  | { readonly kind: "cluster"; readonly clusterId: string };

const TOPIC_PREFIX = "topic/";
const PRODUCER_IDS = "producer-ids";
const CLUSTER = "cluster";

/** The entry that stores `record`: a text key, and a JSON value that people can read in a dump. */
export function encodeMetadata(record: MetadataRecord): StateEntry {
  switch (record.kind) {
    case "topic":
      return entry(TOPIC_PREFIX + record.name, record.topic);
    case "producer-ids":
      return entry(PRODUCER_IDS, { next: String(record.next) });
    case "cluster":
      return entry(CLUSTER, { clusterId: record.clusterId });
  }
}

/** The record that `stored` holds; undefined for what this build does not know. */
export function decodeMetadata(stored: StateEntry | StoredEntry): MetadataRecord | undefined {
  const key = stored.key.toString("utf8");
  try {
    const value = stored.value === null ? null : JSON.parse(stored.value.toString("utf8"));
    if (key.startsWith(TOPIC_PREFIX))
      return { kind: "topic", name: key.slice(TOPIC_PREFIX.length), topic: value };
    if (value === null) return undefined;
    if (key === PRODUCER_IDS) return { kind: "producer-ids", next: BigInt(value.next) };
    if (key === CLUSTER) return { kind: "cluster", clusterId: value.clusterId };
    return undefined;
  } catch {
    return undefined;
  }
}

function entry(key: string, value: object | null): StateEntry {
  return { key: Buffer.from(key), value: value === null ? null : Buffer.from(JSON.stringify(value)) };
}
