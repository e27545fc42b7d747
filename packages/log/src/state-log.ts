import { readBatches, readRecords, WireError } from "@letterpress/wire";
import { logConfig } from "./log-config.ts";
import { LogError } from "./log-error.ts";
import type { PartitionLog } from "./partition-log.ts";
import { encodeEntries, entryBytes } from "./state-batch.ts";
import type { StateEntry, StateMachine } from "./state-machine.ts";

const READ_BYTES = 1024 * 1024;
/** Live state is copied forward in batches of about this size. */
const COPY_BATCH_BYTES = 512 * 1024;

/** How a log that holds state is best kept: small segments, so that a trimmed prefix is freed soon, and no expiry. */
export const STATE_LOG_CONFIG = logConfig({
  segmentBytes: 4 * 1024 * 1024,
  segmentMs: -1,
  retentionMs: -1,
  cleanupPolicy: { delete: false, compact: true },
});

/** What a state log needs of the log under it. */
export type StateStorage = Pick<
  PartitionLog,
  "startOffset" | "highWatermark" | "endOffset" | "read" | "append" | "trim" | "on"
>;

export interface StateLogOptions {
  /** Logs smaller than this are never compacted. Default 1 MiB. */
  readonly compactBytesMin?: number;
  /** The log is compacted when it is this many times larger than its live entries. Default 4. */
  readonly compactFactor?: number;
  /** Asked before live entries are copied: only the leader of a shared log may do that. Default always. */
  readonly mayCompact?: () => boolean;
  /** The time given to entries that have none. Default the system's. */
  readonly clock?: () => number;
  /** Told of a batch that somebody wrote and that cannot be opened; its entries are left out. Default nothing. */
  readonly onUnreadable?: (baseOffset: bigint, error: Error) => void;
}

interface Waiter {
  /** The state must have been applied up to here. */
  readonly endOffset: bigint;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A state machine on a partition log. What is appended is applied once it is durable, in the order of the log,
 * whoever wrote it. When the log has outgrown the state, the live entries are written anew at its end and everything
 * before them is trimmed; that needs nothing of the engine but append and trim.
 */
export class StateLog {
  readonly #log: StateStorage;
  readonly #machine: StateMachine;
  readonly #options: Required<StateLogOptions>;
  readonly #unsubscribe: () => void;
  #waiters: Waiter[] = [];
  #appliedEnd: bigint;
  /** The bytes of the batches between the start and `#appliedEnd`. */
  #logBytes = 0;
  #compactAboveBytes: number;
  #following: Promise<void> | undefined;
  #compacting: Promise<void> | undefined;
  #failure: unknown;

  private constructor(log: StateStorage, machine: StateMachine, options: StateLogOptions) {
    this.#log = log;
    this.#machine = machine;
    this.#options = {
      compactBytesMin: options.compactBytesMin ?? 1024 * 1024,
      compactFactor: options.compactFactor ?? 4,
      mayCompact: options.mayCompact ?? (() => true),
      clock: options.clock ?? Date.now,
      onUnreadable: options.onUnreadable ?? (() => {}),
    };
    this.#compactAboveBytes = this.#options.compactBytesMin;
    this.#appliedEnd = log.startOffset;
    this.#unsubscribe = log.on("advance", () => this.#follow());
  }

  /**
   * Replays the whole log into `machine` and follows it from then on.
   *
   * @throws LogError what reading the log throws.
   */
  static async open(
    log: StateStorage,
    machine: StateMachine,
    options: StateLogOptions = {},
  ): Promise<StateLog> {
    const state = new StateLog(log, machine, options);
    try {
      await state.applied(log.highWatermark);
    } catch (error) {
      state.#unsubscribe();
      throw error;
    }
    return state;
  }

  /** The offset behind the last entry that the state machine has seen. */
  get appliedEnd(): bigint {
    return this.#appliedEnd;
  }

  /**
   * Writes the entries as one record batch, so that after a crash all of them are there or none. Resolves to the
   * last one's offset once they are durable and applied.
   *
   * @throws LogError what appending to the log throws; `CLOSED` after `close`.
   */
  async append(entries: readonly StateEntry[]): Promise<bigint> {
    // Only while live entries are about to be copied do appends wait: for those that are under way.
    while (this.#compacting !== undefined) await this.#compacting;
    this.#assertUsable();
    if (entries.length === 0) return this.#appliedEnd - 1n;
    const { lastOffset } = await this.#log.append(encodeEntries(entries, this.#options.clock()));
    await this.applied(lastOffset + 1n);
    return lastOffset;
  }

  /** Resolves once everything before `endOffset` has been applied. */
  applied(endOffset: bigint): Promise<void> {
    if (endOffset <= this.#appliedEnd) return Promise.resolve();
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure);
      this.#waiters.push({ endOffset, resolve, reject });
      this.#follow();
    });
  }

  /** Stops following. The log stays open: it is closed by who opened it. */
  async close(): Promise<void> {
    this.#unsubscribe();
    this.#fail(new LogError("CLOSED", "the state log is closed"));
    await this.#compacting;
    await this.#following;
  }

  #follow(): void {
    if (this.#failure !== undefined || this.#following !== undefined) return;
    // There is something to read, so the run outlives this call and clears the field only afterwards.
    if (this.#appliedEnd < this.#log.highWatermark) this.#following = this.#run();
  }

  async #run(): Promise<void> {
    try {
      while (this.#appliedEnd < this.#log.highWatermark && this.#failure === undefined)
        await this.#applyNext();
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#following = undefined;
    }
    if (this.#logBytes > this.#compactAboveBytes) this.#compactLater();
  }

  async #applyNext(): Promise<void> {
    // Records may have been deleted from under the follower; they are no part of the state any more.
    if (this.#appliedEnd < this.#log.startOffset) this.#appliedEnd = this.#log.startOffset;
    const { chunks } = await this.#log.read(this.#appliedEnd, READ_BYTES);
    // The leader of a shared log may have trimmed it while it was read.
    if (chunks.length === 0 && this.#appliedEnd < this.#log.startOffset) return;
    if (chunks.length === 0)
      throw new LogError("CORRUPT", `no batch at offset ${this.#appliedEnd} of a state log`);
    for (const chunk of chunks) {
      this.#logBytes += chunk.length;
      for (const { header, at } of readBatches(chunk)) {
        if (!header.isControl) this.#applyBatch(chunk, header, at);
        this.#appliedEnd = header.lastOffset + 1n;
      }
    }
    const isDue = (waiter: Waiter) => waiter.endOffset <= this.#appliedEnd;
    const due = this.#waiters.filter(isDue);
    if (due.length > 0) this.#waiters = this.#waiters.filter((waiter) => !isDue(waiter));
    for (const waiter of due) waiter.resolve();
  }

  #applyBatch(chunk: Buffer, header: Parameters<typeof readRecords>[1], at: number): void {
    let records: ReturnType<typeof readRecords>;
    try {
      records = readRecords(chunk, header, at);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#options.onUnreadable(header.baseOffset, error);
      return;
    }
    for (const { offset, timestampMs, key, value } of records) {
      if (key !== null && offset >= this.#appliedEnd)
        this.#machine.apply({ offset, timestampMs, key, value });
    }
  }

  #compactLater(): void {
    if (this.#failure !== undefined || this.#compacting !== undefined || !this.#options.mayCompact()) return;
    const liveBytes = entryBytes(this.#machine.liveEntries());
    this.#compactAboveBytes = Math.max(
      this.#options.compactBytesMin,
      liveBytes * this.#options.compactFactor,
    );
    if (this.#logBytes <= this.#compactAboveBytes) return;
    this.#compacting = this.#compact()
      .catch((error: unknown) => {
        // Copies that are missing do no harm as long as nothing is trimmed; a shared log may have changed its leader.
        const mayPass = error instanceof LogError && error.retriable && error.code !== "STORAGE_FAILED";
        if (!mayPass) this.#fail(error);
      })
      .finally(() => {
        this.#compacting = undefined;
      });
  }

  /**
   * The copies must be what the state is at their place in the log. Offsets are assigned synchronously: when
   * everything appended has been applied, and the copies are appended in that same turn, nothing can come between.
   */
  async #compact(): Promise<void> {
    while (this.#appliedEnd < this.#log.endOffset) await this.applied(this.#log.endOffset);
    const nowMs = this.#options.clock();
    const copies: Promise<{ readonly baseOffset: bigint }>[] = [];
    let entries: StateEntry[] = [];
    let bytes = 0;
    const flush = () => {
      copies.push(this.#log.append(encodeEntries(entries, nowMs)));
      entries = [];
      bytes = 0;
    };
    const startOffset = this.#log.endOffset;
    const bytesBefore = this.#logBytes;
    for (const entry of this.#machine.liveEntries()) {
      entries.push(entry);
      bytes += entryBytes([entry]);
      if (bytes >= COPY_BATCH_BYTES) flush();
    }
    if (entries.length > 0) flush();
    await Promise.all(copies);
    await this.#log.trim(startOffset);
    this.#logBytes -= bytesBefore;
  }

  #assertUsable(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter.reject(this.#failure);
  }
}
