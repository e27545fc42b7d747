import { LogError } from "@letterpress/log";
import { BASE_OFFSET_AT } from "@letterpress/wire";
import type { StreamReader } from "../jetstream/stream-reader.ts";
import { Lineage } from "./lineage.ts";
import type { LogIndex } from "./log-index.ts";

/** More than the readers of a partition that lag behind at one time. */
const CURSORS_MAX = 64;
const MESSAGES_MAX = 512;
/** A request for less would take as long. */
const READ_BYTES_MIN = 64 * 1024;

/** A place in the stream, and what the log was there. */
interface Cursor {
  readonly sequence: number;
  readonly offset: number;
  readonly term: number;
}

/** Reads batches that are in memory no more. Remembers where each read ended, for the next one that goes on there. */
export class CatchUp {
  readonly #reader: StreamReader;
  readonly #index: LogIndex;
  readonly #cursors = new Map<number, Cursor>();

  constructor(reader: StreamReader, index: LogIndex) {
    this.#reader = reader;
    this.#index = index;
  }

  /** Whole batches from the one with `offset` on, below `limitOffset`: at least one, otherwise at most `maxBytes`. */
  async read(offset: number, limitOffset: number, maxBytes: number): Promise<Buffer[]> {
    let cursor = this.#cursorFor(offset);
    const chunks: Buffer[] = [];
    let bytes = 0;
    while (chunks.length === 0) {
      const messages = await this.#reader.read(
        cursor.sequence,
        MESSAGES_MAX,
        Math.max(maxBytes, READ_BYTES_MIN),
      );
      const lineage = new Lineage({
        term: cursor.term,
        leaderEpoch: -1,
        endOffset: cursor.offset,
        startOffset: 0,
      });
      for (const { sequence, header, data } of messages) {
        const counts = header !== undefined && lineage.accept(header);
        if (counts && header.kind === "data" && header.lastOffset >= offset) {
          bytes += data.length;
          if (header.lastOffset >= limitOffset || (chunks.length > 0 && bytes > maxBytes)) break;
          assertSame(data, header.baseOffset);
          chunks.push(data);
        }
        cursor = { sequence: sequence + 1, offset: lineage.place.endOffset, term: lineage.place.term };
      }
      if (chunks.length === 0 && cursor.offset >= limitOffset) break;
    }
    this.#remember(cursor);
    return chunks;
  }

  #cursorFor(offset: number): Cursor {
    const known = this.#cursors.get(offset);
    if (known !== undefined) {
      this.#cursors.delete(offset);
      return known;
    }
    const chunk = this.#index.find(offset);
    if (chunk === undefined) throw new LogError("CORRUPT", `no message holds offset ${offset}`);
    return { sequence: chunk.sequence, offset: chunk.baseOffset, term: chunk.term };
  }

  #remember(cursor: Cursor): void {
    this.#cursors.set(cursor.offset, cursor);
    if (this.#cursors.size <= CURSORS_MAX) return;
    const [oldest] = this.#cursors.keys();
    this.#cursors.delete(oldest!);
  }
}

/** A batch that is not what its message's header says has been tampered with. */
function assertSame(batch: Buffer, baseOffset: number): void {
  if (batch.length >= 8 && batch.readBigInt64BE(BASE_OFFSET_AT) === BigInt(baseOffset)) return;
  throw new LogError("CORRUPT", `the message at offset ${baseOffset} holds another batch than it says`);
}
