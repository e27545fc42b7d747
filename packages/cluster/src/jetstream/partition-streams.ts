import { LogError, type PartitionId } from "@letterpress/log";
import type { JetStreamApi, StreamConfig, StreamInfo } from "./jetstream-api.ts";
import { JetStreamError } from "./jetstream-error.ts";
import { SUBJECTS, streamName, streamSubject } from "./partition-stream.ts";
import { retryWhileElecting } from "./retry.ts";

const TOPIC_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const NAME = /^K_([0-9a-f-]{36})_(\d+)$/;
/** Topic names are at most 249 characters; the metadata of a stream may be larger. */
const TOPIC_LENGTH_MAX = 249;

/** The partition's stream, made when it is not there. Retries while servers are electing. */
export async function ensureStream(
  api: JetStreamApi,
  id: PartitionId,
  replicas: number,
  timeoutMs: number,
): Promise<StreamInfo> {
  const config = streamConfig(id, replicas);
  try {
    return await retryWhileElecting(timeoutMs, async () => {
      return (await api.streamInfo(config.name)) ?? (await api.createStream(config));
    });
  } catch (error) {
    if (!(error instanceof JetStreamError)) throw error;
    throw new LogError(
      "NOT_ENOUGH_REPLICAS",
      `no stream with ${replicas} replicas for ${id.topic}-${id.partition}: ${error.message}`,
      { cause: error },
    );
  }
}

/** Every partition that has a stream. */
export async function listPartitions(api: JetStreamApi): Promise<PartitionId[]> {
  const streams = await api.listStreams(SUBJECTS);
  return streams.flatMap(({ config }) => {
    const [, topicId, partition] = NAME.exec(config.name) ?? [];
    const topic = config.metadata?.["letterpress.topic"];
    if (topicId === undefined || topic === undefined) return [];
    return [{ topic, topicId, partition: Number(partition) }];
  });
}

/**
 * Everything that JetStream could delete by itself is off: what goes is for the log to say.
 *
 * @param metadata what the stream says of itself beside its topic.
 * @throws LogError `INVALID_PARTITION`
 */
export function streamConfig(
  id: PartitionId,
  replicas: number,
  metadata: Readonly<Record<string, string>> = {},
): StreamConfig {
  const { topic, topicId, partition } = id;
  if (!TOPIC_ID.test(topicId) || !Number.isSafeInteger(partition) || partition < 0) {
    throw new LogError(
      "INVALID_PARTITION",
      `topic id ${topicId}, partition ${partition} cannot name a stream`,
    );
  }
  if (topic.length === 0 || topic.length > TOPIC_LENGTH_MAX) {
    throw new LogError("INVALID_PARTITION", `a topic's name has 1 to ${TOPIC_LENGTH_MAX} characters`);
  }
  return {
    name: streamName(id),
    description: `Letterpress: partition ${partition} of topic ${topic}`,
    subjects: [streamSubject(id)],
    retention: "limits",
    discard: "new",
    storage: "file",
    num_replicas: replicas,
    max_msgs: -1,
    max_bytes: -1,
    max_age: 0,
    max_msg_size: -1,
    max_msgs_per_subject: -1,
    duplicate_window: 0,
    allow_direct: true,
    deny_delete: true,
    metadata: { "letterpress.topic": topic, ...metadata },
  };
}
