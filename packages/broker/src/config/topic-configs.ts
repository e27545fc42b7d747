import { topicNameFault } from "../topics/topic-name.ts";
import { type ConfigDefinition, ConfigFault, choice, double, int, list, long } from "./config-definition.ts";

const DAY_MS = 86_400_000;
const WITHOUT_LIMIT = "9223372036854775807";

const validation = (part: string): ConfigDefinition<"none" | "id" | "full"> =>
  choice(["none", "id", "full"], "none", {
    documentation: `How far the schema of each record's ${part} is checked at append: not at all, by its id, or the whole payload.`,
  });
const strategy = (part: string): ConfigDefinition<"TopicName" | "RecordName" | "TopicRecordName"> =>
  choice(["TopicName", "RecordName", "TopicRecordName"], "TopicName", {
    documentation: `Under which subject the schema of each record's ${part} has to be registered.`,
  });

/** A topic's name, or nothing. */
const topicName = (documentation: string): ConfigDefinition<string> => ({
  type: "STRING",
  defaultText: "",
  documentation,
  parse(text) {
    const fault = text === "" ? undefined : topicNameFault(text);
    if (fault !== undefined) throw new ConfigFault(fault);
    return text;
  },
});

/** The name of a schema registry's context. */
const schemaContext: ConfigDefinition<string> = {
  type: "STRING",
  defaultText: ".",
  documentation:
    "The registry's context in which ids are looked up and subjects are, such as .lab; a dot alone is the default one.",
  parse(text) {
    if (/^\.[\w.-]*$/.test(text)) return text;
    throw new ConfigFault("must be a dot, or a name that begins with one, such as .lab");
  },
};

/** Every configuration a topic may have, under Apache Kafka's names and with its defaults; ours begin with `letterpress.`. */
export const TOPIC_CONFIGS = {
  "cleanup.policy": list(["delete", "compact"], "delete", {
    brokerName: "log.cleanup.policy",
    documentation: "Whether old segments are deleted, compacted to the last record of each key, or both.",
  }),
  "compression.type": choice(["producer"], "producer", {
    brokerName: "compression.type",
    documentation: "Batches keep the compression their producer chose.",
  }),
  "delete.retention.ms": long(DAY_MS, {
    min: 0,
    brokerName: "log.cleaner.delete.retention.ms",
    documentation: "How long tombstones stay in a compacted topic.",
  }),
  "index.interval.bytes": int(4096, {
    min: 0,
    brokerName: "log.index.interval.bytes",
    documentation: "How many bytes lie between two entries of the offset index.",
  }),
  "max.message.bytes": int(1_048_588, {
    min: 0,
    brokerName: "message.max.bytes",
    documentation: "The largest record batch, after compression.",
  }),
  "message.timestamp.after.max.ms": long(3_600_000, {
    min: 0,
    brokerName: "log.message.timestamp.after.max.ms",
    documentation: "How far a record's timestamp may lie ahead of the broker's clock.",
  }),
  "message.timestamp.before.max.ms": long(WITHOUT_LIMIT, {
    min: 0,
    brokerName: "log.message.timestamp.before.max.ms",
    documentation: "How far a record's timestamp may lie behind the broker's clock.",
  }),
  "message.timestamp.type": choice(["CreateTime", "LogAppendTime"], "CreateTime", {
    brokerName: "log.message.timestamp.type",
    documentation: "Whether records carry the time of their creation or of their append.",
  }),
  "min.cleanable.dirty.ratio": double(0.5, {
    min: 0,
    max: 1,
    brokerName: "log.cleaner.min.cleanable.ratio",
    documentation: "The part of a compacted partition that has to be new before it is compacted again.",
  }),
  "min.compaction.lag.ms": long(0, {
    min: 0,
    brokerName: "log.cleaner.min.compaction.lag.ms",
    documentation: "How long records of a compacted topic are left alone.",
  }),
  "min.insync.replicas": int(1, {
    min: 1,
    brokerName: "min.insync.replicas",
    documentation:
      "How many replicas have to be in sync for an append with acks=all; all of them where a topic has fewer.",
  }),
  "retention.bytes": long(-1, {
    min: -1,
    brokerName: "log.retention.bytes",
    documentation: "How large a partition may grow before old segments are deleted; -1 for no limit.",
  }),
  "retention.ms": long(7 * DAY_MS, {
    min: -1,
    brokerName: "log.retention.ms",
    documentation: "How long records are kept; -1 for ever.",
  }),
  "segment.bytes": int(1_073_741_824, {
    min: 14,
    brokerName: "log.segment.bytes",
    documentation: "The size at which a segment is closed.",
  }),
  "segment.ms": long(7 * DAY_MS, {
    min: 1,
    brokerName: "log.roll.ms",
    documentation: "The age at which a segment is closed.",
  }),
  "letterpress.key.schema.validation": validation("key"),
  "letterpress.value.schema.validation": validation("value"),
  "letterpress.key.subject.name.strategy": strategy("key"),
  "letterpress.value.subject.name.strategy": strategy("value"),
  "letterpress.schema.context": schemaContext,
  "letterpress.schema.violation": choice(["reject", "dead-letter", "warn"], "reject", {
    documentation:
      "What happens to a batch with records that fail validation: it is refused, appended without them once they are in the dead-letter topic, or appended as it is with a warning.",
  }),
  "letterpress.dead.letter.topic": topicName(
    "Where records that fail validation go with letterpress.schema.violation=dead-letter; made with one partition when it is missing. Empty for the topic's own name with .dlq behind it.",
  ),
} as const satisfies Record<string, ConfigDefinition>;

export type TopicConfigName = keyof typeof TOPIC_CONFIGS;
