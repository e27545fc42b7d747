import type { PartitionLog } from "@letterpress/log";
import { type RecordBatchHeader, readBatches } from "@letterpress/wire";

const READ_BYTES = 1024 * 1024;

/** As much of a log as copying it needs. Nobody writes to it meanwhile. */
export type SourceLog = Pick<
  PartitionLog,
  "startOffset" | "endOffset" | "leaderEpoch" | "sizeBytes" | "read" | "producers"
>;

export interface SourceBatch {
  readonly header: RecordBatchHeader;
  readonly bytes: Buffer;
}

/**
 * The batches of a log from the one with `offset` on, in order; each time as many as were read at once.
 *
 * @throws LogError what reading the log throws.
 */
export async function* sourceBatches(
  log: SourceLog,
  offset: bigint = log.startOffset,
): AsyncGenerator<readonly SourceBatch[]> {
  let next = offset;
  while (next < log.endOffset) {
    const { chunks } = await log.read(next, READ_BYTES);
    const batches = chunks.flatMap((chunk) =>
      [...readBatches(chunk)].map(({ header, at }) => ({
        header,
        bytes: chunk.subarray(at, at + header.sizeBytes),
      })),
    );
    const last = batches.at(-1);
    // Nothing behind `next` holds records any more.
    if (last === undefined) return;
    yield batches;
    next = last.header.lastOffset + 1n;
  }
}
