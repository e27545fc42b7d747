import { setTimeout as delay } from "node:timers/promises";
import { isDiskFull } from "../disk/disk.ts";
import type { LogError } from "../log-error.ts";
import type { Acks } from "../partition-log.ts";
import type { Segment } from "./segment.ts";

/** One write takes no more than this, so that the first of many waiting batches is not answered too late. */
const GROUP_BYTES_MAX = 8 * 1024 * 1024;
/** Past this, appends that ask for no acknowledgement wait for the disk too. */
const QUEUE_BYTES_MAX = 32 * 1024 * 1024;

/** So many attempts on a full disk, and whoever waits is told. */
const FULL_ATTEMPTS_MAX = 3;

/** A batch on its way to the disk. */
interface QueuedWrite {
  readonly segment: Segment;
  readonly position: number;
  readonly bytes: Buffer;
  readonly endOffset: number;
  readonly acks: Acks;
  readonly settle: Settle;
}

interface Settle {
  readonly resolve: () => void;
  readonly reject: (error: LogError) => void;
}

interface Waiter extends Settle {
  readonly endOffset: number;
}

/** What group commit asks of the log it writes for. */
export interface CommitHost {
  /** How long to wait for room before a write is tried again, in milliseconds. */
  readonly fullDiskRetryMs: number;
  /** Whether a write is made durable before it counts. */
  isSynced(): boolean;
  /** Called before the first write to a segment: makes its file. */
  prepare(segment: Segment): Promise<void>;
  /** Everything before `endOffset` counts now; `bytes` were written since the last call. */
  committed(endOffset: number, bytes: number): void;
  /** A write was refused for want of room. Returns the error for whoever wants to append meanwhile. */
  full(error: unknown): LogError;
  /** A write or a sync failed. Returns the error that everyone who waits gets. */
  failed(error: unknown): LogError;
}

/**
 * Writes batches in the order in which they come. Those that arrive while a write is under way are written
 * together: one writev, one fdatasync.
 *
 * A write that a full disk refuses is tried again, the same bytes at the same place, until there is room. That is safe as
 * a sync that failed is not: what was refused was never counted as written, and the sync that vouches for it is to come.
 */
export class GroupCommit {
  readonly #host: CommitHost;
  #queue: QueuedWrite[] = [];
  #queuedBytes = 0;
  #waiters: Waiter[] = [];
  #running: Promise<void> | undefined;
  #prepared: Segment | undefined;
  #committedEnd: number;
  /** Why nothing is taken now: the disk is full. */
  #full: LogError | undefined;
  #isStopping = false;

  constructor(host: CommitHost, committedEnd: number) {
    this.#host = host;
    this.#committedEnd = committedEnd;
  }

  /** @throws LogError `NO_SPACE` while the disk is full, so that what waits for room stays within bounds. */
  assertRoom(): void {
    if (this.#full !== undefined) throw this.#full;
  }

  /** A write that is refused for want of room is not tried again from now on, but fails. */
  stop(): void {
    this.#isStopping = true;
  }

  /** Queues a batch; resolves as `acks` asks. `bytes` must not change any more. */
  write(segment: Segment, position: number, bytes: Buffer, endOffset: number, acks: Acks): Promise<void> {
    const isAnsweredAtOnce = acks === 0 && this.#queuedBytes < QUEUE_BYTES_MAX;
    this.#queuedBytes += bytes.length;
    const written = new Promise<void>((resolve, reject) => {
      const settle = { resolve, reject };
      this.#queue.push({ segment, position, bytes, endOffset, acks, settle });
    });
    this.#running ??= this.#run();
    if (!isAnsweredAtOnce) return written;
    written.catch(() => {});
    return Promise.resolve();
  }

  /** Resolves once everything before `endOffset` is committed. */
  committed(endOffset: number): Promise<void> {
    if (endOffset <= this.#committedEnd) return Promise.resolve();
    return new Promise((resolve, reject) => this.#waiters.push({ endOffset, resolve, reject }));
  }

  /** Resolves when nothing is queued or under way. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    // Appends of the same turn of the event loop join the first group.
    await null;
    try {
      while (this.#queue.length > 0) await this.#writeGroup(this.#takeGroup());
    } finally {
      this.#running = undefined;
    }
  }

  #takeGroup(): QueuedWrite[] {
    const { segment } = this.#queue[0]!;
    let count = 0;
    let bytes = 0;
    for (const write of this.#queue) {
      if (write.segment !== segment || (count > 0 && bytes + write.bytes.length > GROUP_BYTES_MAX)) break;
      bytes += write.bytes.length;
      count++;
    }
    if (count === this.#queue.length) {
      const all = this.#queue;
      this.#queue = [];
      return all;
    }
    return this.#queue.splice(0, count);
  }

  async #writeGroup(group: QueuedWrite[]): Promise<void> {
    const { segment, position } = group[0]!;
    const { endOffset } = group.at(-1)!;
    const buffers = joinNeighbours(group);
    const bytes = buffers.reduce((sum, buffer) => sum + buffer.length, 0);
    const isSynced = this.#host.isSynced();
    for (let attempts = 1; ; attempts++) {
      let isWritten = false;
      try {
        if (this.#prepared !== segment) await this.#host.prepare(segment);
        this.#prepared = segment;
        await segment.file.use(async (file) => {
          await file.write(buffers, position);
          isWritten = true;
          if (!isSynced) return;
          for (const write of group) if (write.acks !== -1) write.settle.resolve();
          await file.datasync();
        });
        break;
      } catch (error) {
        if (isWritten || this.#isStopping || !isDiskFull(error)) {
          this.#fail(group, this.#host.failed(error));
          return;
        }
        this.#full ??= this.#host.full(error);
        if (attempts >= FULL_ATTEMPTS_MAX) this.#reject([...group, ...this.#queue], this.#full);
        await delay(this.#host.fullDiskRetryMs);
      }
    }
    this.#full = undefined;
    this.#queuedBytes -= bytes;
    this.#committedEnd = endOffset;
    for (const write of group) write.settle.resolve();
    const due = this.#waiters.filter((waiter) => waiter.endOffset <= endOffset);
    if (due.length > 0) {
      this.#waiters = this.#waiters.filter((waiter) => waiter.endOffset > endOffset);
      for (const waiter of due) waiter.resolve();
    }
    this.#host.committed(endOffset, bytes);
  }

  #fail(group: readonly QueuedWrite[], error: LogError): void {
    const all = [...group, ...this.#queue];
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#reject(all, error);
  }

  #reject(writes: readonly QueuedWrite[], error: LogError): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const write of writes) write.settle.reject(error);
    for (const waiter of waiters) waiter.reject(error);
  }
}

/** Batches that lie side by side in memory become one buffer. */
function joinNeighbours(group: readonly QueuedWrite[]): Buffer[] {
  const joined: Buffer[] = [];
  for (const { bytes } of group) {
    const last = joined.at(-1);
    if (
      last !== undefined &&
      last.buffer === bytes.buffer &&
      last.byteOffset + last.length === bytes.byteOffset
    ) {
      joined[joined.length - 1] = Buffer.from(last.buffer, last.byteOffset, last.length + bytes.length);
    } else {
      joined.push(bytes);
    }
  }
  return joined;
}
