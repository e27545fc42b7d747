import { JetStreamError } from "../jetstream/jetstream-error.ts";
import type { PartitionStream } from "../jetstream/partition-stream.ts";
import { CatchUp } from "./catch-up.ts";
import type { CleanedMark } from "./generation.ts";
import { LogContent } from "./log-content.ts";
import { visitAll } from "./visit-log.ts";

/**
 * The compacted front of a log: a stream of its own with the batches that compaction has kept, at their offsets, and
 * gaps in between. It is written completely before the log names it, and only loses messages at its front afterwards.
 */
export class CleanedPrefix {
  readonly mark: CleanedMark;
  readonly stream: PartitionStream;
  /** What the stream holds. */
  readonly content: LogContent;
  readonly #catchUp: CatchUp;

  constructor(mark: CleanedMark, stream: PartitionStream, content: LogContent) {
    this.mark = mark;
    this.stream = stream;
    this.content = content;
    this.#catchUp = new CatchUp(stream.reader, content.index);
  }

  /**
   * Reads what the log says to be there.
   *
   * @throws JetStreamError when it cannot be read now; `REFUSED` when it is gone.
   * @throws LogError what `visitLog` throws.
   */
  static async load(
    mark: CleanedMark,
    stream: PartitionStream,
    segmentBytes: number,
  ): Promise<CleanedPrefix> {
    const info = await stream.api.streamInfo(stream.name);
    if (info === undefined) throw new JetStreamError("REFUSED", `the stream ${stream.name} is gone`);
    const content = new LogContent();
    content.index.setSegmentBytes(segmentBytes);
    await visitAll(stream, Math.max(1, info.state.first_seq), mark.lastSequence, content);
    return new CleanedPrefix(mark, stream, content);
  }

  /** Offsets from here on are in the log's own stream. */
  get endOffset(): number {
    return this.mark.endOffset;
  }

  /** Batches as `CatchUp.read` gives them; none when compaction has left nothing between `offset` and `limitOffset`. */
  read(offset: number, limitOffset: number, maxBytes: number): Promise<Buffer[]> {
    if (this.content.index.chunks.length === 0) return Promise.resolve([]);
    return this.#catchUp.read(offset, limitOffset, maxBytes);
  }
}
