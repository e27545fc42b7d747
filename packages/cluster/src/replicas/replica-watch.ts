import type { JetStreamApi } from "../jetstream/jetstream-api.ts";
import { JetStreamError } from "../jetstream/jetstream-error.ts";
import { SUBJECTS, streamName } from "../jetstream/partition-stream.ts";
import type { Clock } from "../membership/clock.ts";
import { InSyncReplicas } from "./in-sync.ts";

/** Between two looks, at least; and more where there are many streams, each of whose leaders has to answer. */
const PAUSE_MS = 3_000;
const PAUSE_MS_PER_STREAM = 10;
/** How soon a look is taken when somebody needs one. */
const SOON_MS = 200;
/** How long a look may take, when leaders are missing. */
const LOOK_MS_MAX = 5_000;

export interface ReplicaWatchOptions {
  readonly api: Pick<JetStreamApi, "surveyStreams">;
  readonly clock: Clock;
  /** Called after a look that has found something else than the one before. */
  readonly onChange: () => void;
  /** Told of what failed for another reason than that nobody answers. */
  readonly onError: (error: unknown) => void;
}

/** Looks at the streams of all partitions from time to time, and knows how many of their replicas are in sync. */
export class ReplicaWatch {
  readonly #options: ReplicaWatchOptions;
  readonly #streams = new Map<string, InSyncReplicas>();
  #counts: ReadonlyMap<string, number> = new Map();
  /** When the last look began that was answered. */
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #cancelNext: () => void = () => {};
  #nextAtMs = Number.POSITIVE_INFINITY;
  #isLooking = false;
  #isClosed = false;

  constructor(options: ReplicaWatchOptions) {
    this.#options = options;
    this.#lookIn(0);
  }

  /** How many replicas were in sync at the last look; undefined for a partition that it has not found. */
  inSync(topicId: string, partition: number): number | undefined {
    return this.#counts.get(streamName({ topicId, partition }));
  }

  /**
   * How many replicas are in sync, as far as a look that is not long ago proves it; 0 where there is no proof. One is
   * sought soon then.
   */
  proven(topicId: string, partition: number): number {
    const { clock } = this.#options;
    const inSync = this.inSync(topicId, partition);
    const isFresh = clock.now() - this.#lookedAtMs <= 2 * this.#pauseMs + LOOK_MS_MAX;
    if (inSync === undefined || !isFresh) this.#lookSoon();
    return isFresh ? (inSync ?? 0) : 0;
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelNext();
  }

  get #pauseMs(): number {
    return Math.max(PAUSE_MS, this.#counts.size * PAUSE_MS_PER_STREAM);
  }

  #lookSoon(): void {
    const soonMs = this.#options.clock.now() + SOON_MS;
    if (!this.#isLooking && soonMs < this.#nextAtMs) this.#lookIn(SOON_MS);
  }

  #lookIn(delayMs: number): void {
    const { clock } = this.#options;
    this.#cancelNext();
    this.#nextAtMs = clock.now() + delayMs;
    this.#cancelNext = clock.after(delayMs, () => void this.#look());
  }

  async #look(): Promise<void> {
    const startedMs = this.#options.clock.now();
    this.#isLooking = true;
    try {
      const { found, leaderless } = await this.#options.api.surveyStreams(SUBJECTS);
      const counts = new Map<string, number>(leaderless.map((name) => [name, 0]));
      for (const info of found) {
        const { name } = info.config;
        const stream = this.#streams.get(name) ?? new InSyncReplicas();
        this.#streams.set(name, stream);
        counts.set(name, stream.count(info, startedMs));
      }
      for (const name of this.#streams.keys()) if (!counts.has(name)) this.#streams.delete(name);
      this.#lookedAtMs = startedMs;
      this.#take(counts);
    } catch (error) {
      // While nobody answers, what was seen last stands, and grows old.
      if (!(error instanceof JetStreamError)) this.#options.onError(error);
    } finally {
      this.#isLooking = false;
      if (!this.#isClosed) this.#lookIn(this.#pauseMs);
    }
  }

  #take(counts: ReadonlyMap<string, number>): void {
    const before = this.#counts;
    this.#counts = counts;
    const isSame =
      counts.size === before.size && [...counts].every(([name, count]) => before.get(name) === count);
    if (!isSame) this.#options.onChange();
  }
}
