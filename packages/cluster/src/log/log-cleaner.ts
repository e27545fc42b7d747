import { LatestOffsets, type LogConfig, LogError, tombstonesBefore } from "@letterpress/log";
import type { CleanedStreams } from "../jetstream/cleaned-streams.ts";
import { JetStreamError } from "../jetstream/jetstream-error.ts";
import type { PartitionStream } from "../jetstream/partition-stream.ts";
import type { CleanedPrefix } from "./cleaned-prefix.ts";
import { isObsolete } from "./generation.ts";
import type { LogAppender } from "./log-appender.ts";
import type { LogContent } from "./log-content.ts";
import { logPieces, opened } from "./log-pieces.ts";
import type { Searchable } from "./log-search.ts";
import type { LogServices } from "./log-services.ts";
import { Pace } from "./pace.ts";
import { type Cleanable, selectCleanable } from "./select-cleanable.ts";
import { unavailable } from "./take-over.ts";
import { writePrefix } from "./write-prefix.ts";

/** What compaction reads, and at most writes, while producers and consumers want the same network. */
const BYTES_PER_SECOND = 64 * 1024 * 1024;

export interface CleanerOptions {
  readonly stream: PartitionStream;
  readonly cleaned: CleanedStreams;
  readonly content: LogContent;
  readonly log: Searchable;
  readonly appender: Pick<LogAppender, "adopt" | "isAdopting">;
  readonly services: LogServices;
}

/**
 * Compacts a log beside its appends and reads. A stream cannot lose a message in its middle for another one: what
 * compaction keeps is written to a stream of its own, which then takes the place of the log's front by one message in the
 * log. Until that is stored the old front is the one that counts, whatever happens; after it, the new one. Only then the
 * old one is removed.
 */
export class LogCleaner {
  readonly #options: CleanerOptions;
  readonly #pace = new Pace(BYTES_PER_SECOND);
  readonly #stopping = new AbortController();
  #running: Promise<number> | undefined;
  #attempts = 0;
  /** Whether the log's own stream is known to have lost what the compacted front stands for. */
  #isPurged = false;

  constructor(options: CleanerOptions) {
    this.#options = options;
  }

  /**
   * Removes records that have a later one with the same key, once enough has come since the last time. Returns how many
   * bytes were freed; 0 when it is under way already.
   *
   * @throws LogError what reading and appending throw. The log is as it was before then, or compacted.
   */
  run(config: LogConfig, nowMs: number): Promise<number> {
    if (this.#running !== undefined || this.#options.appender.isAdopting) return Promise.resolve(0);
    this.#running = this.#run(config, nowMs)
      .catch((error: unknown) => {
        throw error instanceof JetStreamError ? unavailable(error) : error;
      })
      .finally(() => {
        this.#running = undefined;
      });
    return this.#running;
  }

  /** Ends a compaction as soon as it can be, and waits for that. */
  async stop(): Promise<void> {
    this.#stopping.abort(new LogError("CLOSED", `the log ${this.#options.stream.name} is closed`));
    // Whoever started it learns of its failure.
    await this.#running?.catch(() => {});
  }

  async #run(config: LogConfig, nowMs: number): Promise<number> {
    const { content, appender } = this.#options;
    // Each time: a leader that does not know yet that it is deposed may have begun another stream since the last.
    await this.#removeLeftovers();
    const cleanable = selectCleanable(content, config, nowMs);
    if (cleanable === undefined) return 0;
    const { startOffset } = content.place;
    let prefix: CleanedPrefix;
    try {
      prefix = await this.#write(cleanable, config, nowMs);
    } catch (error) {
      // What was to be compacted has been deleted meanwhile.
      if (content.place.startOffset > startOffset && isOutOfRange(error)) return 0;
      throw error;
    }
    const freedBytes = bytesBefore(content, prefix.endOffset) - prefix.content.index.sizeBytes;
    this.#isPurged = false;
    await appender.adopt(prefix);
    await this.#removeLeftovers();
    return freedBytes;
  }

  /**
   * Finds the last offset of every key in what is new, as far as memory allows. What was compacted before has no key twice,
   * so that it needs no memory.
   */
  async #latest({
    dirtyOffset,
    endOffsets,
  }: Cleanable): Promise<{ latest: LatestOffsets; endOffset: number }> {
    const latest = new LatestOffsets();
    const { signal } = this.#stopping;
    let fromOffset = dirtyOffset;
    for (const endOffset of endOffsets) {
      for await (const pieces of logPieces(this.#options.log, fromOffset, endOffset, this.#pace, signal)) {
        for (const piece of pieces) opened(piece, () => latest.take(piece.bytes, piece.header));
      }
      fromOffset = endOffset;
      if (latest.isFull) break;
    }
    return { latest, endOffset: fromOffset };
  }

  async #write(cleanable: Cleanable, config: LogConfig, nowMs: number): Promise<CleanedPrefix> {
    const { content, log, cleaned, services } = this.#options;
    const { latest, endOffset } = await this.#latest(cleanable);
    const { term, startOffset } = content.place;
    const generation = { term, number: ++this.#attempts };
    const stream = await cleaned.create(generation);
    const { signal } = this.#stopping;
    try {
      return await writePrefix({
        stream,
        generation,
        startOffset,
        endOffset,
        pieces: logPieces(log, startOffset, endOffset, this.#pace, signal),
        rules: { latest, tombstonesBeforeMs: tombstonesBefore(config, nowMs) },
        producers: content.producers.snapshots(),
        segmentBytes: config.segmentBytes,
        services,
        signal,
      });
    } catch (error) {
      // Nobody has heard of this generation. One that cannot be removed now is removed by the next run.
      if (signal.aborted) throw error;
      await cleaned.remove(generation).catch(() => {});
      throw isClosed(error) ? removed(stream, error) : error;
    }
  }

  /**
   * Removes what the compacted front stands for from the log's own stream, and the streams that nobody needs. To be
   * called while this leader writes no stream that it has yet to adopt.
   */
  async #removeLeftovers(): Promise<void> {
    const { cleaned, content } = this.#options;
    if (!this.#isPurged) await this.#purge();
    for (const generation of await cleaned.list()) {
      if (isObsolete(generation, content.place)) await cleaned.remove(generation);
    }
  }

  async #purge(): Promise<void> {
    const { stream, content } = this.#options;
    const first = content.index.chunks[0];
    if (content.prefix !== undefined && first !== undefined) {
      await stream.api.purgeBefore(stream.name, first.sequence);
    }
    this.#isPurged = true;
  }
}

/** The bytes of a log that lie before `offset`. */
function bytesBefore({ chunks }: LogContent, offset: number): number {
  let bytes = 0;
  for (const { endOffset, sizeBytes } of chunks) if (endOffset <= offset) bytes += sizeBytes;
  return bytes;
}

function isOutOfRange(error: unknown): boolean {
  return error instanceof LogError && error.code === "OFFSET_OUT_OF_RANGE";
}

/** Its own stream is closed to nobody but a leader that a later one has found to be deposed. */
function removed({ name }: PartitionStream, cause: unknown): LogError {
  return new LogError("NOT_LEADER", `${name} was removed by a later leader`, { cause });
}

function isClosed(error: unknown): boolean {
  return error instanceof LogError && error.code === "CLOSED";
}
