import { type CompactionRules, compactBatch, type ProducerSnapshot } from "@letterpress/log";
import { readBatchHeader } from "@letterpress/wire";
import type { PartitionStream } from "../jetstream/partition-stream.ts";
import type { PendingAppend } from "./append-pipeline.ts";
import { CleanedPrefix } from "./cleaned-prefix.ts";
import type { Generation } from "./generation.ts";
import { opened, type Piece } from "./log-pieces.ts";
import type { LogServices } from "./log-services.ts";
import { dataHeader, gapHeader } from "./message-header.ts";
import { OffsetGaps } from "./offset-gaps.ts";
import { StreamWriter } from "./stream-writer.ts";
import { takeOver } from "./take-over.ts";

const NO_BYTES = Buffer.alloc(0);
const OPEN_TIMEOUT_MS = 15_000;

export interface WritePrefixOptions {
  /** New and empty. */
  readonly stream: PartitionStream;
  readonly generation: Generation;
  readonly startOffset: number;
  readonly endOffset: number;
  /** The batches in between, in order. */
  readonly pieces: AsyncIterable<readonly Piece[]>;
  readonly rules: CompactionRules;
  /** What is known of producers: their last batches are remembered where their records go. */
  readonly producers: readonly ProducerSnapshot[];
  readonly segmentBytes: number;
  readonly services: LogServices;
  readonly signal: AbortSignal;
}

/**
 * Writes the compacted front of a log into a stream of its own, every batch at its offset. Resolves when all of it is
 * stored.
 *
 * @throws LogError what reading the log and writing the stream throw; what the signal was aborted with.
 */
export async function writePrefix(options: WritePrefixOptions): Promise<CleanedPrefix> {
  const { stream, generation, startOffset, endOffset, services, signal, segmentBytes } = options;
  const content = await takeOver({
    stream,
    firstSequence: 1,
    mayLead: () => !signal.aborted,
    leaderEpoch: 0,
    timeoutMs: OPEN_TIMEOUT_MS,
    segmentBytes,
  });
  const budget = services.inFlightBudget;
  const writer = new StreamWriter({ stream, content, budget, signal, onStored: () => {} });
  try {
    for await (const messages of compacted(options, content.place.term)) await writer.write(messages);
    await writer.finish();
  } catch (error) {
    writer.stop();
    throw error;
  }
  content.index.trim(startOffset);
  return new CleanedPrefix({ generation, endOffset, lastSequence: content.sequence }, stream, content);
}

/** The messages of the stream, in order: what is left of every batch, and gaps in between. */
async function* compacted(
  { startOffset, endOffset, pieces, rules, producers, services }: WritePrefixOptions,
  term: number,
): AsyncGenerator<readonly PendingAppend[]> {
  const gaps = new OffsetGaps(producers);
  let leaderEpoch = 0;
  let next = 0;
  const fill = (to: number): PendingAppend[] =>
    gaps.between(next, to).map((gap) => ({
      header: gapHeader({ term, leaderEpoch, startOffset }, gap),
      bytes: NO_BYTES,
    }));
  for await (const some of pieces) {
    const messages: PendingAppend[] = [];
    for (const piece of some) {
      const { header } = piece;
      const kept = opened(piece, () => compactBatch(piece.bytes, header, rules));
      if (kept === undefined) continue;
      // Compressing fewer records should never take more bytes; a batch that would is kept as it is.
      const bytes = kept.length > services.batchBytesMax ? piece.bytes : kept;
      if (Number(header.baseOffset) > next) messages.push(...fill(Number(header.baseOffset)));
      leaderEpoch = Math.max(0, header.leaderEpoch);
      messages.push({
        header: dataHeader({ term, leaderEpoch, startOffset }, readBatchHeader(bytes)),
        bytes,
      });
      next = Number(header.lastOffset) + 1;
    }
    if (messages.length > 0) yield messages;
  }
  if (next < endOffset) yield fill(endOffset);
}
