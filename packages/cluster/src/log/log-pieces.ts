import { LogError } from "@letterpress/log";
import { type RecordBatchHeader, readBatches, WireError } from "@letterpress/wire";
import type { Searchable } from "./log-search.ts";
import type { Pace } from "./pace.ts";

const PIECE_BYTES = 1024 * 1024;

/** A batch of a log. */
export interface Piece {
  readonly header: RecordBatchHeader;
  readonly bytes: Buffer;
}

/**
 * The batches of a log from `fromOffset` up to `toOffset`, exclusive; each time as many as were read at once.
 *
 * @throws LogError what reading the log throws; what the signal was aborted with.
 */
export async function* logPieces(
  log: Searchable,
  fromOffset: number,
  toOffset: number,
  pace: Pace,
  signal: AbortSignal,
): AsyncGenerator<readonly Piece[]> {
  let next = fromOffset;
  while (next < toOffset) {
    const { chunks, sizeBytes } = await log.read(BigInt(next), PIECE_BYTES);
    const pieces: Piece[] = [];
    for (const chunk of chunks) {
      for (const { header, at } of readBatches(chunk)) {
        if (header.baseOffset >= toOffset) break;
        pieces.push({ header, bytes: chunk.subarray(at, at + header.sizeBytes) });
      }
    }
    const last = pieces.at(-1);
    if (last === undefined) return;
    yield pieces;
    next = Number(last.header.lastOffset) + 1;
    await pace.spend(sizeBytes, signal);
  }
}

/** What `work` makes of a batch. @throws LogError `CORRUPT` when its records cannot be opened. */
export function opened<T>({ header }: Piece, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    const message = `the batch at offset ${header.baseOffset} is damaged and cannot be compacted`;
    throw new LogError("CORRUPT", message, { cause: error });
  }
}
