import { setTimeout as delay } from "node:timers/promises";
import { type Appended, type AppendOptions, LogError } from "@letterpress/log";
import { NO_PRODUCER_ID, readBatchHeader, stampAppendTime, stampBatch } from "@letterpress/wire";
import type { JetStreamError } from "../jetstream/jetstream-error.ts";
import type { PartitionStream } from "../jetstream/partition-stream.ts";
import { AppendPipeline, type PendingAppend } from "./append-pipeline.ts";
import type { CleanedPrefix } from "./cleaned-prefix.ts";
import { CommitWaiters } from "./commit-waiters.ts";
import type { LogPlace } from "./lineage.ts";
import type { LogContent } from "./log-content.ts";
import type { LogServices } from "./log-services.ts";
import { dataHeader, emptyHeader, type MessageHeader } from "./message-header.ts";
import { settleAppends } from "./settle-appends.ts";
import type { TailCache } from "./tail-cache.ts";
import { readWholeBatch, tooLargeError } from "./whole-batch.ts";

/** What may wait while the servers take nothing. */
const PENDING_BYTES_MAX = 64 * 1024 * 1024;
/** Long enough for an election, and as long as producers wait by default. */
const COMMIT_TIMEOUT_MS = 30_000;
const FULL_TIMEOUT_MS = 3_000;
const DRAIN_TIMEOUT_MS = 5_000;
const DRAIN_POLL_MS = 5;
const NO_BYTES = Buffer.alloc(0);

/** Waits for a message without records to be stored. */
interface MarkWaiter {
  readonly deadlineMs: number;
  readonly resolve: (sequence: number) => void;
  readonly reject: (error: unknown) => void;
}

export interface AppenderOptions {
  readonly stream: PartitionStream;
  readonly content: LogContent;
  readonly tail: TailCache;
  readonly services: LogServices;
  /** Called when the high watermark has moved. */
  readonly advanced: () => void;
  /** Called once, when nothing can be appended any more. */
  readonly failed: (error: LogError) => void;
}

/**
 * The way of a batch into the stream: checked, given its offsets and queued in the turn of the call, then sent, and
 * readable once it and everything before it is acknowledged.
 */
export class LogAppender {
  readonly #options: AppenderOptions;
  readonly #pipeline: AppendPipeline;
  readonly #waiters = new CommitWaiters(COMMIT_TIMEOUT_MS);
  #endOffset: number;
  #highWatermark: number;
  /** What appends say of the log; ahead of what readers see while the message that changes it is on its way. */
  #written: Omit<LogPlace, "endOffset">;
  /** The compacted front that is about to take its place. */
  #adopting: CleanedPrefix | undefined;
  /** Who waits for a message without records, in the order in which those were sent. */
  readonly #marks: MarkWaiter[] = [];
  #failure: LogError | undefined;

  constructor(options: AppenderOptions) {
    const { place, sequence } = options.content;
    this.#options = options;
    this.#endOffset = place.endOffset;
    this.#highWatermark = place.endOffset;
    this.#written = place;
    this.#pipeline = new AppendPipeline(options.stream, options.services.inFlightBudget, sequence, {
      stored: (append, at) => this.#stored(append, at),
      interrupted: () => void this.#recover(),
    });
  }

  /** The offset that the next record gets. */
  get endOffset(): number {
    return this.#endOffset;
  }

  /** The end of the acknowledged prefix. */
  get highWatermark(): number {
    return this.#highWatermark;
  }

  async append(batch: Buffer, { acks = -1, logAppendTimeMs = -1 }: AppendOptions): Promise<Appended> {
    const { content, tail } = this.#options;
    const given = readWholeBatch(batch);
    this.#assertRoom(batch.length);
    const isIdempotent = given.producerId !== NO_PRODUCER_ID;
    const repeated = isIdempotent ? content.producers.check(given) : undefined;
    if (repeated !== undefined) return this.#answer(repeated, acks, -1, true);
    if (logAppendTimeMs >= 0) stampAppendTime(batch, given, logAppendTimeMs);
    stampBatch(batch, BigInt(this.#endOffset), this.#written.leaderEpoch);
    // The batch outlives this call: in the tail, on its way out, and until its fate is known.
    const bytes = tail.copy(batch);
    const header = readBatchHeader(bytes);
    this.#endOffset = Number(header.lastOffset) + 1;
    if (isIdempotent) content.producers.record(header);
    tail.append(Number(header.baseOffset), this.#endOffset, bytes);
    this.#pipeline.push({ header: dataHeader(this.#written, header), bytes });
    return this.#answer(header, acks, logAppendTimeMs, false);
  }

  /** Moves the log's start to `offset`; resolves to the sequence of the message that says so, once it is stored. */
  moveStart(offset: number): Promise<number> {
    this.#written = { ...this.#written, startOffset: Math.max(this.#written.startOffset, offset) };
    return this.#mark("logstart");
  }

  /** Whether a compacted front is about to take its place. */
  get isAdopting(): boolean {
    return this.#adopting !== undefined;
  }

  /**
   * Makes a compacted front, which is stored completely, take the place of what it stands for; resolves to the sequence
   * of the message that says so, once it is stored. It may still come to that when this rejects.
   */
  adopt(prefix: CleanedPrefix): Promise<number> {
    this.#adopting = prefix;
    this.#written = { ...this.#written, cleaned: prefix.mark };
    return this.#mark("cleaned");
  }

  /** Resolves when everything is stored, or has failed; after a while also when it is not. */
  async drain(): Promise<void> {
    const deadlineMs = performance.now() + DRAIN_TIMEOUT_MS;
    while (this.#failure === undefined && !this.#pipeline.isIdle && performance.now() < deadlineMs) {
      await delay(DRAIN_POLL_MS);
    }
  }

  /** Refuses everything from now on, and whatever waits. */
  fail(error: LogError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#pipeline.halt();
    this.#waiters.fail(error);
    for (const { reject } of this.#marks.splice(0)) reject(error);
    this.#options.failed(error);
  }

  async #answer(
    { baseOffset, lastOffset }: { readonly baseOffset: bigint; readonly lastOffset: bigint },
    acks: number,
    logAppendTimeMs: number,
    isDuplicate: boolean,
  ): Promise<Appended> {
    const endOffset = Number(lastOffset) + 1;
    // acks=1 waits for the quorum, too: no single server can promise that it keeps what it has.
    if (acks !== 0 && endOffset > this.#highWatermark) await this.#waiters.wait(endOffset);
    const logStartOffset = BigInt(this.#options.content.place.startOffset);
    return { baseOffset, lastOffset, logAppendTimeMs, logStartOffset, isDuplicate };
  }

  #stored({ header, bytes }: PendingAppend, sequence: number): void {
    const { content, tail } = this.#options;
    content.stored(sequence, header, bytes.length);
    if (header.kind === "cleaned" && this.#adopting !== undefined) {
      content.adopt(this.#adopting);
      tail.dropBefore(this.#adopting.endOffset);
      this.#adopting = undefined;
    }
    if (header.kind !== "data") {
      this.#marks.shift()?.resolve(sequence);
      return;
    }
    this.#highWatermark = header.lastOffset + 1;
    this.#waiters.reached(this.#highWatermark);
    this.#options.advanced();
  }

  /** Finds out which of the appends under way are stored, and goes on behind them. */
  async #recover(): Promise<void> {
    const { stream, content } = this.#options;
    try {
      const settled = await settleAppends({
        stream,
        content,
        unacknowledged: this.#pipeline.unacknowledged,
        header: (endOffset) => {
          if (this.#failure !== undefined) throw this.#failure;
          return this.#markHeader("logstart", endOffset);
        },
        failed: (error) => this.#expire(error),
      });
      if (this.#failure !== undefined) return;
      this.#assertFits(settled.stored.length);
      this.#pipeline.resume(settled.stored, settled.sequence);
    } catch (error) {
      this.fail(
        error instanceof LogError
          ? error
          : new LogError("STORAGE_FAILED", `${stream.name}: ${String(error)}`, { cause: error }),
      );
    }
  }

  /** While no server answers, whoever has waited long enough hears of it. The appends stay and may still be stored. */
  #expire(cause: JetStreamError): void {
    if (this.#failure !== undefined) throw this.#failure;
    const code = cause.code === "TIMED_OUT" ? "TIMED_OUT" : "NOT_ENOUGH_REPLICAS";
    const error = new LogError(code, `not stored in time: ${cause.message}`, { cause });
    // Servers come back by themselves; room has to be made by somebody, who should hear of it soon.
    const earlierMs = cause.code === "FULL" ? COMMIT_TIMEOUT_MS - FULL_TIMEOUT_MS : 0;
    this.#waiters.expire(error, earlierMs);
    const dueMs = performance.now() + earlierMs;
    for (const { deadlineMs, reject } of this.#marks) if (deadlineMs <= dueMs) reject(error);
  }

  /** An append that no server takes any more would hold up all behind it for ever: the log is opened anew without. */
  #assertFits(storedCount: number): void {
    const { batchBytesMax } = this.#options.services;
    const left = this.#pipeline.unacknowledged.slice(storedCount);
    const tooLarge = left.find(({ bytes }) => bytes.length > batchBytesMax);
    if (tooLarge !== undefined) throw tooLargeError(tooLarge.bytes.length, batchBytesMax);
  }

  #mark(kind: "logstart" | "cleaned"): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#marks.push({ deadlineMs: performance.now() + COMMIT_TIMEOUT_MS, resolve, reject });
      this.#pipeline.push({ header: this.#markHeader(kind, this.#endOffset), bytes: NO_BYTES });
    });
  }

  #markHeader(kind: "logstart" | "cleaned", endOffset: number): MessageHeader {
    return emptyHeader(kind, { ...this.#written, endOffset });
  }

  #assertRoom(batchBytes: number): void {
    const { batchBytesMax } = this.#options.services;
    if (batchBytes > batchBytesMax) throw tooLargeError(batchBytes, batchBytesMax);
    if (this.#pipeline.pendingBytes + batchBytes <= PENDING_BYTES_MAX) return;
    throw new LogError("NOT_ENOUGH_REPLICAS", `${PENDING_BYTES_MAX} bytes wait to be stored already`);
  }
}
