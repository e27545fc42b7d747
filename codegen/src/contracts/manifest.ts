import { CHECK_LEVELS } from "@letterpress/schema";
import { z } from "zod";

/** Kafka's rule for topic names: letters, digits, `.`, `_` and `-`, at most 249 of them, not `.` or `..`. */
const topicName = z
  .string()
  .regex(/^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}$/, "a topic name has 1 to 249 letters, digits, '.', '_' or '-'");

const settings = {
  /** How many partitions the topic is created with. Default 1. */
  partitions: z.int().min(1).max(100_000),
  /** Copies of each partition, on a cluster. Default: the broker's. */
  replicationFactor: z.int().min(1).max(100),
  /** How keyed records find their partition. Default `murmur2`, as the Java client does it. */
  partitioner: z.enum(["murmur2", "round-robin", "sticky"]),
  /** What a new version of a schema must be able to do. Default: the registry's own level. */
  compatibility: z.enum(CHECK_LEVELS),
  /** What the broker checks at append. Default `id`. */
  validation: z.enum(["none", "id", "full"]),
  /** Which subject a schema is registered under. Default `TopicName`. */
  subjectNameStrategy: z.enum(["TopicName", "RecordName", "TopicRecordName"]),
};

const topic = z.strictObject({
  /** A schema: `orders/placed.avsc`, or `payments/v1/payment.proto#payments.v1.Payment`. */
  value: z.string().min(1),
  /** A field of the value, a schema, or nothing for records without a key. */
  key: z.string().min(1).nullish(),
  ...z.object(settings).partial().shape,
  /** Topic configs by Kafka's names, such as `retention.ms`. */
  config: z.record(z.string().min(1), z.union([z.string(), z.number(), z.boolean()])).optional(),
});

/** `topics.yaml`, the one file that ties topics to their schemas. */
export const manifestSchema = z.strictObject({
  generate: z
    .strictObject({
      /** Where the TypeScript goes, relative to this file. Default `../src/gen`. */
      out: z.string().min(1).optional(),
      /** How generated files import each other. Default `js`; `none` is for bundlers. */
      importExtension: z.enum(["js", "ts", "none"]).optional(),
      /** Avro longs that are numbers, not bigints, by `<record's full name>.<field>`. Default: none. */
      longs: z.record(z.string().min(1), z.literal("number")).optional(),
    })
    .nullish(),
  /** What topics that do not say otherwise get. */
  defaults: z.strictObject(z.object(settings).partial().shape).nullish(),
  topics: z.record(topicName, topic),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestTopic = z.infer<typeof topic>;
