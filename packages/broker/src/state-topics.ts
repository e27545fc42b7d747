import { STATE_LOG_CONFIG } from "@letterpress/log";
import { BrokerError } from "./broker-error.ts";
import type { Topic } from "./topics/topic.ts";
import type { TopicCatalog } from "./topics/topic-catalog.ts";

/** Where groups and their offsets are kept. */
export const OFFSETS_TOPIC = "__consumer_offsets";

/** A topic that holds the state of the broker or the server: compacted, internal, never expired. Made when missing. */
export async function ensureStateTopic(
  topics: TopicCatalog,
  name: string,
  partitions: number,
): Promise<Topic> {
  const existing = topics.get(name);
  if (existing !== undefined) return existing;
  const configs = [
    { name: "cleanup.policy", value: "compact" },
    { name: "retention.ms", value: "-1" },
    { name: "segment.bytes", value: String(STATE_LOG_CONFIG.segmentBytes) },
  ];
  try {
    return await topics.create({ name, partitions, isInternal: true, configs });
  } catch (error) {
    // Brokers of a cluster that start together all find it missing, and one of them is the first.
    const made = topics.get(name);
    const isBeaten = error instanceof BrokerError && error.code === "TOPIC_ALREADY_EXISTS";
    if (!isBeaten || made === undefined) throw error;
    return made;
  }
}
