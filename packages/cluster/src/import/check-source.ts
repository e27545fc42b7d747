import type { PartitionId } from "@letterpress/log";
import { ClusterError } from "../cluster-error.ts";
import { MESSAGE_OVERHEAD_BYTES } from "../jetstream/partition-stream.ts";
import { type SourceLog, sourceBatches } from "./source-batches.ts";

/** How many batches that are too large an error names. */
const NAMED_MAX = 5;

/** A log that is to be copied. */
export interface ImportSource {
  readonly id: PartitionId;
  readonly log: SourceLog;
}

/** What a log holds. */
export interface SourceFacts {
  readonly records: number;
  readonly batches: number;
  readonly bytes: number;
  readonly oversized: readonly OversizedBatch[];
}

/** A batch that does not fit a message of NATS. */
export interface OversizedBatch {
  readonly id: PartitionId;
  readonly offset: bigint;
  readonly bytes: number;
}

/**
 * Reads a log once, so that what would stop the copy is found before it begins.
 *
 * @param onRead told of the bytes that were read.
 * @throws LogError `CORRUPT` and what else reading the log throws.
 */
export async function checkSource(
  { id, log }: ImportSource,
  batchBytesMax: number,
  onRead: (bytes: number) => void,
): Promise<SourceFacts> {
  const oversized: OversizedBatch[] = [];
  let [records, batches, bytes] = [0, 0, 0];
  for await (const piece of sourceBatches(log)) {
    let pieceBytes = 0;
    for (const { header } of piece) {
      records += header.recordCount;
      batches++;
      pieceBytes += header.sizeBytes;
      if (header.sizeBytes > batchBytesMax && oversized.length < NAMED_MAX) {
        oversized.push({ id, offset: header.baseOffset, bytes: header.sizeBytes });
      }
    }
    bytes += pieceBytes;
    onRead(pieceBytes);
  }
  return { records, batches, bytes, oversized };
}

/** @throws ClusterError `NATS_LIMIT` naming the batches, and what `max_payload` has to be. */
export function assertFits(oversized: readonly OversizedBatch[], batchBytesMax: number): void {
  if (oversized.length === 0) return;
  const largest = Math.max(...oversized.map(({ bytes }) => bytes));
  const named = oversized
    .slice(0, NAMED_MAX)
    .map(({ id, offset, bytes }) => `${id.topic}-${id.partition} at offset ${offset} (${bytes} bytes)`);
  throw new ClusterError(
    "NATS_LIMIT",
    `record batches are larger than the ${batchBytesMax} bytes that fit a message of NATS: ${named.join(", ")}` +
      `${oversized.length > NAMED_MAX ? " and others" : ""}; ` +
      `set max_payload to ${largest + MESSAGE_OVERHEAD_BYTES} at least on every NATS server`,
  );
}
