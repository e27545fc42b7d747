import type { JetStreamApi } from "../jetstream/jetstream-api.ts";
import { PartitionStream } from "../jetstream/partition-stream.ts";
import { ensureStream } from "../jetstream/partition-streams.ts";
import type { InFlightBudget } from "../log/in-flight-budget.ts";
import { StreamWriter } from "../log/stream-writer.ts";
import { takeOver } from "../log/take-over.ts";
import type { ImportSource } from "./check-source.ts";
import { sourceMessages } from "./source-messages.ts";

const OPEN_TIMEOUT_MS = 60_000;
/** Nobody frees any of the copy while it is made. */
const SEGMENT_BYTES = 1024 * 1024;

export interface CopyOptions {
  readonly api: JetStreamApi;
  readonly source: ImportSource;
  readonly replicas: number;
  readonly budget: InFlightBudget;
  readonly signal: AbortSignal;
  /** Told of the bytes that an earlier attempt has copied, then of those that are stored. */
  readonly onStored: (bytes: number, isNew: boolean) => void;
}

/** A copy that is complete. */
export interface CopiedPartition {
  readonly source: ImportSource;
  readonly stream: PartitionStream;
  readonly firstSequence: number;
  readonly lastSequence: number;
}

/**
 * Stores everything that a log holds in the partition's stream, behind what is there already. Taking the stream over shuts
 * out an earlier attempt that may still be at work.
 *
 * @throws LogError, ClusterError
 */
export async function copyPartition(options: CopyOptions): Promise<CopiedPartition> {
  const { api, source, replicas, budget, signal, onStored } = options;
  const { state } = await ensureStream(api, source.id, replicas, OPEN_TIMEOUT_MS);
  const stream = new PartitionStream(api, source.id);
  const firstSequence = Math.max(1, state.first_seq);
  const content = await takeOver({
    stream,
    firstSequence,
    mayLead: () => !signal.aborted,
    leaderEpoch: source.log.leaderEpoch,
    timeoutMs: OPEN_TIMEOUT_MS,
    segmentBytes: SEGMENT_BYTES,
  });
  onStored(content.index.sizeBytes, false);
  const writer = new StreamWriter({
    stream,
    content,
    budget,
    signal,
    onStored: (bytes) => onStored(bytes, true),
  });
  try {
    for await (const messages of sourceMessages(source.log, content.place)) await writer.write(messages);
    await writer.finish();
  } finally {
    writer.stop();
  }
  return { source, stream, firstSequence, lastSequence: content.sequence };
}
