import { STATE_LOG_CONFIG } from "@letterpress/log";
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
  return topics.create({
    name,
    partitions,
    isInternal: true,
    configs: [
      { name: "cleanup.policy", value: "compact" },
      { name: "retention.ms", value: "-1" },
      { name: "segment.bytes", value: String(STATE_LOG_CONFIG.segmentBytes) },
    ],
  });
}
