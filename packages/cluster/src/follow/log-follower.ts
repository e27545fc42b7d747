import { LogError, LogEvents, type LogRead } from "@letterpress/log";
import { JetStreamError } from "../jetstream/jetstream-error.ts";
import type { PartitionStream } from "../jetstream/partition-stream.ts";
import { CatchUp } from "../log/catch-up.ts";
import { LogContent } from "../log/log-content.ts";
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
  readonly #clock: Clock;
  readonly #events = new LogEvents();
  readonly #unsubscribe: () => void;
  #content = new LogContent();
  #catchUp: CatchUp;
  #visiting: Promise<void> | undefined;
  #cancelPoll: () => void = () => {};
  #cancelHints: (() => void)[] = [];
  #isClosed = false;

  private constructor(stream: PartitionStream, link: NatsLink, clock: Clock) {
    this.#stream = stream;
    this.#clock = clock;
    this.#catchUp = new CatchUp(stream.reader, this.#content.index);
    this.#unsubscribe = link.subscribe(stream.subject, () => this.#onHint());
  }

  /**
   * Follows a stream, which may not exist yet, from its start.
   *
   * @throws JetStreamError when its state cannot be learned now.
   */
  static async open(stream: PartitionStream, link: NatsLink, clock: Clock): Promise<LogFollower> {
    const follower = new LogFollower(stream, link, clock);
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
        : await this.#catchUp.read(Number(offset), Number(highWatermark), maxBytes);
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
   * @throws JetStreamError when that cannot be found out now.
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
    // What was purged before it was seen is below the start by now: what is left says where it begins.
    if (first > this.#content.sequence + 1) {
      this.#content = new LogContent();
      this.#catchUp = new CatchUp(this.#stream.reader, this.#content.index);
    }
    const content = this.#content;
    for await (const messages of this.#stream.reader.scan(Math.max(first, content.sequence + 1), last)) {
      for (const message of messages) content.visit(message);
      if (this.#isClosed) return;
    }
    content.index.trim(content.place.startOffset);
    if (this.highWatermark !== before) this.#events.emit("advance");
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
