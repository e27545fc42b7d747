import type { Serde } from "./serde.ts";

/** How a record without an explicit partition finds one. */
export type PartitionerName = "murmur2" | "round-robin" | "sticky";
/** Which subject a schema is registered under: `t-value`, the record's full name, or `t-<full name>`. */
export type SubjectNameStrategy = "TopicName" | "RecordName" | "TopicRecordName";
/** What the broker checks at append. */
export type ValidationLevel = "none" | "id" | "full";

/** Where a record's key comes from, and how it becomes bytes. */
export type KeyContract<Key, Input> =
  /** Records have no key. */
  | { readonly kind: "none" }
  /** A field of the value, as UTF-8 text (the decimal text of numbers). */
  | {
      readonly kind: "field";
      readonly field: string;
      extract(value: Input): Key;
      encode(key: Key): Buffer;
      decode(bytes: Buffer): Key;
    }
  /** A schema of its own, given next to the value. */
  | { readonly kind: "schema"; readonly serde: Serde<Key> };

/**
 * The contract of one topic as generated code carries it: enough to produce, consume, partition and create the
 * topic, and to find its schemas in a registry.
 */
export interface TopicContract<Key = unknown, Value = unknown, Input = Value> {
  readonly topic: string;
  readonly key: KeyContract<Key, Input>;
  readonly value: Serde<Value, Input>;
  /** How many partitions the topic is created with. */
  readonly partitions: number;
  readonly partitioner: PartitionerName;
  readonly subjectNameStrategy: SubjectNameStrategy;
}
