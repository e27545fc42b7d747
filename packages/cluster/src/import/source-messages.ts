import { ClusterError } from "../cluster-error.ts";
import type { PendingAppend } from "../log/append-pipeline.ts";
import type { LogPlace } from "../log/lineage.ts";
import { dataHeader, emptyHeader, gapHeader } from "../log/message-header.ts";
import { OffsetGaps } from "../log/offset-gaps.ts";
import { type SourceLog, sourceBatches } from "./source-batches.ts";

const NO_BYTES = Buffer.alloc(0);

/**
 * What a stream that has come as far as `place` still needs to hold all of `log`: its batches as they are, and in
 * between what keeps their offsets where batches are missing. By pieces, in the order in which they have to be stored.
 *
 * @throws LogError what reading the log throws; ClusterError `IMPORT_MISMATCH` when the stream cannot be a part of it.
 */
export async function* sourceMessages(
  log: SourceLog,
  place: LogPlace,
): AsyncGenerator<readonly PendingAppend[]> {
  const { term } = place;
  const startOffset = Number(log.startOffset);
  const endOffset = Number(log.endOffset);
  const gaps = new OffsetGaps(log.producers());
  let { leaderEpoch, endOffset: next } = place;
  if (next > endOffset) {
    throw new ClusterError(
      "IMPORT_MISMATCH",
      `the stream ends at offset ${next}, the folder at ${endOffset}`,
    );
  }
  const fill = (to: number): PendingAppend[] =>
    gaps.between(next, to).map((gap) => ({
      header: gapHeader({ term, leaderEpoch, startOffset }, gap),
      bytes: NO_BYTES,
    }));
  for await (const batches of sourceBatches(log, BigInt(Math.max(next, startOffset)))) {
    const messages: PendingAppend[] = [];
    for (const { header, bytes } of batches) {
      const baseOffset = Number(header.baseOffset);
      if (baseOffset < next) {
        throw new ClusterError("IMPORT_MISMATCH", `offset ${next} is in the middle of a batch of the folder`);
      }
      if (baseOffset > next) messages.push(...fill(baseOffset));
      leaderEpoch = Math.max(0, header.leaderEpoch);
      messages.push({ header: dataHeader({ term, leaderEpoch, startOffset }, header), bytes });
      next = Number(header.lastOffset) + 1;
    }
    yield messages;
  }
  if (next < endOffset) yield fill(endOffset);
  else if (next === place.endOffset && place.startOffset < startOffset) {
    // Nothing is left to copy, but the start has moved since the last part was.
    const header = emptyHeader("logstart", { term, leaderEpoch, startOffset, endOffset });
    yield [{ header, bytes: NO_BYTES }];
  }
}
