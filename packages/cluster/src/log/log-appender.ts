import { setTimeout as delay } from "node:timers/promises";
import { type Appended, type AppendOptions, LogError } from "@letterpress/log";
import {
  NO_PRODUCER_ID,
  type RecordBatchHeader,
  readBatchHeader,
  stampAppendTime,
  stampBatch,
  WireError,
} from "@letterpress/wire";
import type { JetStreamError } from "../jetstream/jetstream-error.ts";
import type { PartitionStream } from "../jetstream/partition-stream.ts";
import { AppendPipeline, type PendingAppend } from "./append-pipeline.ts";
import { CommitWaiters } from "./commit-waiters.ts";
import type { LogContent } from "./log-content.ts";
import type { LogServices } from "./log-services.ts";
import { dataHeader, emptyHeader, type MessageHeader } from "./message-header.ts";
import { settleAppends } from "./settle-appends.ts";
import type { TailCache } from "./tail-cache.ts";

/** What may wait while the servers take nothing. */
const PENDING_BYTES_MAX = 64 * 1024 * 1024;
/** Long enough for an election, and as long as producers wait by default. */
const COMMIT_TIMEOUT_MS = 30_000;
const DRAIN_TIMEOUT_MS = 5_000;
const DRAIN_POLL_MS = 5;
const NO_BYTES = Buffer.alloc(0);

interface StartWaiter {
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
  readonly #term: number;
  readonly #leaderEpoch: number;
  readonly #pipeline: AppendPipeline;
  readonly #waiters = new CommitWaiters(COMMIT_TIMEOUT_MS);
  #endOffset: number;
  #highWatermark: number;
  /** What appends say of the log's start; ahead of the readable one while a `logstart` message is on its way. */
  #writtenStart: number;
  /** Who waits for a `logstart` message, in the order in which those were sent. */
  readonly #starts: StartWaiter[] = [];
  #failure: LogError | undefined;

  constructor(options: AppenderOptions) {
    const { place, sequence } = options.content;
    this.#options = options;
    this.#term = place.term;
    this.#leaderEpoch = place.leaderEpoch;
    this.#endOffset = place.endOffset;
    this.#highWatermark = place.endOffset;
    this.#writtenStart = place.startOffset;
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
    stampBatch(batch, BigInt(this.#endOffset), this.#leaderEpoch);
    // The batch outlives this call: in the tail, on its way out, and until its fate is known.
    const bytes = tail.copy(batch);
    const header = readBatchHeader(bytes);
    this.#endOffset = Number(header.lastOffset) + 1;
    if (isIdempotent) content.producers.record(header);
    tail.append(Number(header.baseOffset), this.#endOffset, bytes);
    const place = { term: this.#term, leaderEpoch: this.#leaderEpoch, startOffset: this.#writtenStart };
    this.#pipeline.push({ header: dataHeader(place, header), bytes });
    return this.#answer(header, acks, logAppendTimeMs, false);
  }

  /** Moves the log's start to `offset`; resolves to the sequence of the message that says so, once it is stored. */
  moveStart(offset: number): Promise<number> {
    this.#writtenStart = Math.max(this.#writtenStart, offset);
    return new Promise((resolve, reject) => {
      this.#starts.push({ deadlineMs: performance.now() + COMMIT_TIMEOUT_MS, resolve, reject });
      this.#pipeline.push({ header: this.#startHeader(this.#endOffset), bytes: NO_BYTES });
    });
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
    for (const { reject } of this.#starts.splice(0)) reject(error);
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
    this.#options.content.stored(sequence, header, bytes.length);
    if (header.kind === "logstart") {
      this.#starts.shift()?.resolve(sequence);
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
          return this.#startHeader(endOffset);
        },
        failed: (error) => this.#expire(error),
      });
      if (this.#failure !== undefined) return;
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
    const code = cause.code === "UNAVAILABLE" ? "NOT_ENOUGH_REPLICAS" : "TIMED_OUT";
    const error = new LogError(code, `not stored in time: ${cause.message}`, { cause });
    this.#waiters.expire(error);
    const nowMs = performance.now();
    for (const { deadlineMs, reject } of this.#starts) if (deadlineMs <= nowMs) reject(error);
  }

  #startHeader(endOffset: number): MessageHeader {
    return emptyHeader("logstart", {
      term: this.#term,
      leaderEpoch: this.#leaderEpoch,
      startOffset: this.#writtenStart,
      endOffset,
    });
  }

  #assertRoom(batchBytes: number): void {
    const { batchBytesMax } = this.#options.services;
    if (batchBytes > batchBytesMax) {
      throw new LogError(
        "BATCH_TOO_LARGE",
        `a batch of ${batchBytes} bytes does not fit a message of NATS: at most ${batchBytesMax}; raise max_payload`,
      );
    }
    if (this.#pipeline.pendingBytes + batchBytes <= PENDING_BYTES_MAX) return;
    throw new LogError("NOT_ENOUGH_REPLICAS", `${PENDING_BYTES_MAX} bytes wait to be stored already`);
  }
}

/** The caller has checked CRC and records; this keeps a mistake of its from ever being stored. */
function readWholeBatch(batch: Buffer): RecordBatchHeader {
  try {
    const header = readBatchHeader(batch);
    if (header.sizeBytes === batch.length) return header;
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
  }
  throw new LogError("CORRUPT", `${batch.length} bytes were given to append that are not one record batch`);
}
