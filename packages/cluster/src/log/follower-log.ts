import {
  type Appended,
  type LogConfig,
  LogError,
  type LogEvent,
  LogEvents,
  type LogRead,
  type PartitionLog,
  type ProducerSnapshot,
  type TimestampedOffset,
} from "@letterpress/log";
import type { RecordBatchHeader } from "@letterpress/wire";
import { JetStreamError } from "../jetstream/jetstream-error.ts";
import type { PartitionStream } from "../jetstream/partition-stream.ts";
import type { LogContent } from "./log-content.ts";
import { ReadableLog } from "./readable-log.ts";
import { type TailBudget, TailCache } from "./tail-cache.ts";

/** How often the stream is asked when nothing hints at an append. */
const POLL_MS = 500;
/** A hint comes with the publish; the message is stored a moment later. */
const HINT_POLLS_MS = [1, 5, 20, 100];
const READ_MESSAGES = 512;
const READ_BYTES = 1024 * 1024;

export interface FollowerLogOptions {
  readonly stream: PartitionStream;
  /** What the stream held a moment ago. */
  readonly content: LogContent;
  readonly tailBudget: TailBudget;
  /** Calls `listener` when somebody may have appended. Returns the unsubscriber. */
  readonly onHint: (listener: () => void) => () => void;
}

/**
 * A log that somebody else leads, read while it grows. Everything in a stream is replicated, so all of it is readable;
 * appending and trimming are for the leader.
 */
export class FollowerLog implements PartitionLog {
  readonly #stream: PartitionStream;
  readonly #content: LogContent;
  readonly #tail: TailCache;
  readonly #readable: ReadableLog;
  readonly #events = new LogEvents();
  readonly #unsubscribe: () => void;
  #polls = 0;
  #timer: NodeJS.Timeout | undefined;
  #reading: Promise<void> | undefined;
  #isClosed = false;

  constructor({ stream, content, tailBudget, onHint }: FollowerLogOptions) {
    this.#stream = stream;
    this.#content = content;
    this.#tail = new TailCache(tailBudget);
    this.#readable = new ReadableLog({
      stream,
      content,
      tail: this.#tail,
      highWatermark: () => content.place.endOffset,
      assertOpen: () => this.#assertOpen(),
    });
    this.#unsubscribe = onHint(() => this.#wake());
    this.#wake();
  }

  get startOffset(): bigint {
    return this.#readable.startOffset;
  }

  get highWatermark(): bigint {
    return this.#readable.highWatermark;
  }

  get endOffset(): bigint {
    return this.#readable.highWatermark;
  }

  /** The epoch of the leader that wrote last. */
  get leaderEpoch(): number {
    return this.#content.place.leaderEpoch;
  }

  get sizeBytes(): number {
    return this.#content.index.sizeBytes;
  }

  append(): Promise<Appended> {
    return Promise.reject(this.#notLeader());
  }

  read(offset: bigint, maxBytes: number): Promise<LogRead> {
    return this.#readable.read(offset, maxBytes);
  }

  offsetForTimestamp(timestampMs: number): Promise<TimestampedOffset | undefined> {
    return this.#readable.offsetForTimestamp(timestampMs);
  }

  offsetOfMaxTimestamp(): Promise<TimestampedOffset | undefined> {
    return this.#readable.offsetOfMaxTimestamp();
  }

  endOffsetForEpoch(epoch: number): { readonly epoch: number; readonly endOffset: bigint } {
    const found = this.#content.epochs.endOffsetFor(epoch, this.#content.place.endOffset);
    return { epoch: found.epoch, endOffset: BigInt(found.endOffset) };
  }

  trim(): Promise<bigint> {
    return Promise.reject(this.#notLeader());
  }

  /** Retention is the leader's; nothing is freed here. */
  async enforceRetention(): Promise<number> {
    return 0;
  }

  configure(config: LogConfig): void {
    this.#content.index.setSegmentBytes(config.segmentBytes);
  }

  headers(offset: bigint = this.startOffset): AsyncIterable<RecordBatchHeader> {
    return this.#readable.headers(offset);
  }

  producers(): readonly ProducerSnapshot[] {
    return this.#content.producers.snapshots();
  }

  on(event: LogEvent, listener: () => void): () => void {
    return this.#events.on(event, listener);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#unsubscribe();
    clearTimeout(this.#timer);
    await this.#reading;
    this.#tail.clear();
    this.#events.emit("closed");
  }

  #wake(): void {
    this.#polls = 0;
    if (this.#isClosed || this.#reading !== undefined) return;
    clearTimeout(this.#timer);
    this.#reading = this.#readNew().finally(() => {
      this.#reading = undefined;
      this.#readLater();
    });
  }

  #readLater(): void {
    if (this.#isClosed) return;
    const delayMs = HINT_POLLS_MS[this.#polls++] ?? POLL_MS;
    this.#timer = setTimeout(() => {
      const polls = this.#polls;
      this.#wake();
      this.#polls = polls;
    }, delayMs);
    this.#timer.unref();
  }

  async #readNew(): Promise<void> {
    try {
      for (;;) {
        const next = this.#content.sequence + 1;
        const messages = await this.#stream.reader.readStored(next, READ_MESSAGES, READ_BYTES);
        if (messages.length === 0 || this.#isClosed) return;
        for (const message of messages) {
          const isData = this.#content.visit(message) && message.header?.kind === "data";
          if (isData)
            this.#tail.append(message.header.baseOffset, message.header.lastOffset + 1, message.data);
        }
        this.#content.index.trim(this.#content.place.startOffset);
        this.#events.emit("advance");
      }
    } catch (error) {
      // No server answers now; the next poll asks again.
      if (!(error instanceof JetStreamError)) throw error;
    }
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new LogError("CLOSED", `the log ${this.#stream.name} is closed`);
  }

  #notLeader(): LogError {
    return new LogError("NOT_LEADER", `${this.#stream.name} is only followed here; its leader writes it`);
  }
}
