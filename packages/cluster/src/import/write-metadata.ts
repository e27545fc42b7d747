import { type PartitionId, STATE_LOG_CONFIG, type StateEntry } from "@letterpress/log";
import { encodeRecordBatch } from "@letterpress/wire";
import { JetStreamCleanedStreams } from "../jetstream/cleaned-streams.ts";
import type { JetStreamApi, StreamInfo } from "../jetstream/jetstream-api.ts";
import { PartitionStream } from "../jetstream/partition-stream.ts";
import { JetStreamLog } from "../log/jetstream-log.ts";
import type { LogServices } from "../log/log-services.ts";
import { takeOver } from "../log/take-over.ts";

const OPEN_TIMEOUT_MS = 60_000;
/** The entries of a thousand topics are about this much. */
const BATCH_BYTES = 256 * 1024;

export interface MetadataOptions {
  readonly api: JetStreamApi;
  readonly id: PartitionId;
  /** The stream as it is. */
  readonly info: StreamInfo;
  readonly entries: readonly StateEntry[];
  readonly services: LogServices;
}

/**
 * Makes the log of the cluster's metadata say what `entries` say and nothing else, whatever an earlier attempt has left.
 *
 * @throws LogError
 */
export async function writeMetadata({ api, id, info, entries, services }: MetadataOptions): Promise<void> {
  const stream = new PartitionStream(api, id);
  const cleaned = new JetStreamCleanedStreams(api, id, info.config.num_replicas);
  const content = await takeOver({
    stream,
    firstSequence: Math.max(1, info.state.first_seq),
    mayLead: () => true,
    // A controller leads in a later epoch: an attempt that was overtaken cannot take the log from it.
    leaderEpoch: 0,
    timeoutMs: OPEN_TIMEOUT_MS,
    segmentBytes: STATE_LOG_CONFIG.segmentBytes,
  });
  const log = new JetStreamLog({ stream, cleaned, config: STATE_LOG_CONFIG, content, services });
  const startOffset = log.endOffset;
  const nowMs = Date.now();
  await Promise.all(
    divided(entries).map((part) => {
      const records = part.map(({ key, value, timestampMs = nowMs }) => ({ key, value, timestampMs }));
      return log.append(encodeRecordBatch(records, {}, nowMs));
    }),
  );
  await log.trim(startOffset);
  await log.close();
}

/** Parts of about `BATCH_BYTES`. */
function divided(entries: readonly StateEntry[]): StateEntry[][] {
  const parts: StateEntry[][] = [];
  let bytes = BATCH_BYTES;
  for (const entry of entries) {
    if (bytes >= BATCH_BYTES) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)!.push(entry);
    bytes += entry.key.length + (entry.value?.length ?? 0);
  }
  return parts;
}
