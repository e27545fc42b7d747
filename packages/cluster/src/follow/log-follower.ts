import { LogError, LogEvents, type LogRead } from "@letterpress/log";
import type { CleanedStreams } from "../jetstream/cleaned-streams.ts";
import { JetStreamError } from "../jetstream/jetstream-error.ts";
import type { PartitionStream } from "../jetstream/partition-stream.ts";
import { CleanedPrefix } from "../log/cleaned-prefix.ts";
import { compareGenerations, isInForce } from "../log/generation.ts";
import { LogContent } from "../log/log-content.ts";
import { CHUNK_BYTES } from "../log/log-index.ts";
import { StoredBatches } from "../log/stored-batches.ts";
import { visitLog } from "../log/visit-log.ts";
import type { Clock } from "../membership/clock.ts";
import type { NatsLink } from "../nats/nats-link.ts";

/** How often the stream's end is asked for when nothing hints at an append. */
const POLL_MS = 1_000;
/** A hint is the append itself on its way to the stream, which has it a moment later. */
const HINT_DELAYS_MS = [5, 50, 250];

/**
 * Reads a partition's log without leading it. What the stream holds is committed, so the high watermark is simply how
 * much of it has been seen. Reading is not linearizable until `catchUp` has resolved.
 */
export class LogFollower {
  readonly #stream: PartitionStream;
  readonly #cleaned: CleanedStreams;
  readonly #clock: Clock;
  readonly #events = new LogEvents();
  readonly #unsubscribe: () => void;
  #content = new LogContent();
  #stored: StoredBatches;
  #visiting: Promise<void> | undefined;
  #cancelPoll: () => void = () => {};
  #cancelHints: (() => void)[] = [];
  /** Whether what was seen last does not continue the log: it is read anew then, from its start. */
  #isDiscontinued = false;
  #isClosed = false;

  private constructor(
    stream: PartitionStream,
    cleaned: CleanedStreams,
    link: Pick<NatsLink, "subscribe">,
    clock: Clock,
  ) {
    this.#stream = stream;
    this.#cleaned = cleaned;
    this.#clock = clock;
    this.#stored = new StoredBatches(stream.reader, this.#content);
    this.#unsubscribe = link.subscribe(stream.subject, () => this.#onHint());
  }

  /**
   * Follows a stream, which may not exist yet, from its start.
   *
   * @throws JetStreamError when its state cannot be learned now; LogError what `visitLog` throws.
   */
  static async open(
    stream: PartitionStream,
    cleaned: CleanedStreams,
    link: Pick<NatsLink, "subscribe">,
    clock: Clock,
  ): Promise<LogFollower> {
    const follower = new LogFollower(stream, cleaned, link, clock);
    try {
      await follower.catchUp();
    } catch (error) {
      follower.close();
      throw error;
    }
    follower.#pollLater();
    return follower;
  }

  get startOffset(): bigint {
    return BigInt(this.#content.place.startOffset);
  }

  get highWatermark(): bigint {
    return BigInt(this.#content.place.endOffset);
  }

  /** As `PartitionLog.read`; empty below the start. */
  async read(offset: bigint, maxBytes: number): Promise<LogRead> {
    const { highWatermark, startOffset } = this;
    const chunks =
      offset < startOffset || offset >= highWatermark
        ? []
        : await this.#stored.read(Number(offset), Number(highWatermark), maxBytes);
    let sizeBytes = 0;
    for (const chunk of chunks) sizeBytes += chunk.length;
    return { chunks, sizeBytes, highWatermark, logStartOffset: startOffset };
  }

  /** Calls `listener` whenever the high watermark has moved. */
  on(event: "advance", listener: () => void): () => void {
    return this.#events.on(event, listener);
  }

  /**
   * Resolves when everything has been seen that was stored when this was called.
   *
   * @throws JetStreamError when that cannot be found out now; LogError what `visitLog` throws.
   */
  async catchUp(): Promise<void> {
    // A visit that is under way may have asked for the end before that.
    await this.#visiting?.catch(() => {});
    this.#visiting ??= this.#visit().finally(() => {
      this.#visiting = undefined;
    });
    await this.#visiting;
  }

  close(): void {
    this.#isClosed = true;
    this.#unsubscribe();
    this.#cancelPoll();
    for (const cancel of this.#cancelHints) cancel();
  }

  async #visit(): Promise<void> {
    const info = await this.#stream.api.streamInfo(this.#stream.name);
    if (info === undefined || this.#isClosed) return;
    const { first_seq: first, last_seq: last } = info.state;
    const before = this.highWatermark;
    try {
      await this.#take(Math.max(1, first), last);
    } finally {
      if (this.highWatermark !== before) this.#events.emit("advance");
    }
  }

  /** Takes what the stream has, from `first` to `last`, and was not seen yet. */
  async #take(first: number, last: number): Promise<void> {
    const known = this.#content;
    // A server that lags tells nothing new.
    if (last < known.sequence) return;
    // What was purged is below the start by now, or in the compacted front: what is left says where it begins. Nothing is
    // shown of it until it is complete.
    const isPurged = first > known.sequence + 1 || first > (known.index.chunks[0]?.sequence ?? first);
    const isAnew = isPurged || this.#isDiscontinued;
    const content = isAnew ? new LogContent(known.prefix) : known;
    const next = isAnew ? first : content.sequence + 1;
    try {
      for await (const _ of visitLog(this.#stream, next, last, content)) if (this.#isClosed) return;
    } catch (error) {
      if (error instanceof LogError) this.#isDiscontinued = true;
      throw error;
    }
    await this.#followPrefix(content);
    content.trim(content.place.startOffset);
    if (!isAnew) return;
    this.#isDiscontinued = false;
    this.#content = content;
    this.#stored = new StoredBatches(this.#stream.reader, content);
  }

  /** Takes the compacted front that the log names, unless it is the one that is read already. */
  async #followPrefix(content: LogContent): Promise<void> {
    const mark = content.place.cleaned;
    if (!isInForce(mark, content.place)) return;
    const { generation } = mark;
    const known = content.prefix?.mark.generation;
    if (known !== undefined && compareGenerations(known, generation) === 0) return;
    content.adopt(await CleanedPrefix.load(mark, this.#cleaned.at(generation), CHUNK_BYTES));
  }

  #pollLater(): void {
    if (this.#isClosed) return;
    this.#cancelPoll = this.#clock.after(POLL_MS, () => {
      void this.#catchUpQuietly().then(() => this.#pollLater());
    });
  }

  #onHint(): void {
    if (this.#isClosed || this.#cancelHints.length > 0) return;
    const last = HINT_DELAYS_MS.at(-1);
    this.#cancelHints = HINT_DELAYS_MS.map((delayMs) =>
      this.#clock.after(delayMs, () => {
        if (delayMs === last) this.#cancelHints = [];
        void this.#catchUpQuietly();
      }),
    );
  }

  /** What fails now is tried again by the next poll. */
  async #catchUpQuietly(): Promise<void> {
    try {
      await this.catchUp();
    } catch (error) {
      if (!(error instanceof JetStreamError || error instanceof LogError)) throw error;
    }
  }
}
