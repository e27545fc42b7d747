import { JetStreamError } from "../jetstream/jetstream-error.ts";
import type { StreamReader } from "../jetstream/stream-reader.ts";
import { CatchUp } from "./catch-up.ts";
import type { LogContent } from "./log-content.ts";

/** Reads batches from the stream that has them: the log's own, or the one of its compacted front. */
export class StoredBatches {
  readonly #content: LogContent;
  readonly #catchUp: CatchUp;

  constructor(reader: StreamReader, content: LogContent) {
    this.#content = content;
    this.#catchUp = new CatchUp(reader, content.index);
  }

  /** Whole batches from the one with `offset` on, or the next one that is left; as `CatchUp.read`. */
  async read(offset: number, limitOffset: number, maxBytes: number): Promise<Buffer[]> {
    for (;;) {
      const { prefix } = this.#content;
      try {
        return await this.#read(offset, limitOffset, maxBytes);
      } catch (error) {
        // What was read may have been replaced meanwhile by what compaction has left of it.
        if (!(error instanceof JetStreamError) || prefix === this.#content.prefix) throw error;
      }
    }
  }

  async #read(offset: number, limitOffset: number, maxBytes: number): Promise<Buffer[]> {
    const { prefix } = this.#content;
    if (prefix === undefined || offset >= prefix.endOffset) {
      return this.#catchUp.read(offset, limitOffset, maxBytes);
    }
    const chunks = await prefix.read(offset, Math.min(limitOffset, prefix.endOffset), maxBytes);
    if (chunks.length > 0 || limitOffset <= prefix.endOffset) return chunks;
    return this.#catchUp.read(prefix.endOffset, limitOffset, maxBytes);
  }
}
