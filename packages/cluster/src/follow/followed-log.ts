import { setTimeout as delay } from "node:timers/promises";
import {
  type Appended,
  type AppendOptions,
  LogError,
  type LogEvent,
  type LogRead,
  type PartitionLog,
  type StateStorage,
} from "@letterpress/log";
import { JetStreamError } from "../jetstream/jetstream-error.ts";
import type { LogFollower } from "./log-follower.ts";

const RETRY_MS = 100;

/**
 * A log of state that every broker reads and its leader writes. Reading always follows the stream, so that nothing
 * changes for the reader when leadership comes and goes.
 */
export class FollowedLog implements StateStorage {
  readonly #follower: LogFollower;
  #leader: PartitionLog | undefined;
  #isClosed = false;

  constructor(follower: LogFollower) {
    this.#follower = follower;
  }

  get startOffset(): bigint {
    return this.#follower.startOffset;
  }

  get highWatermark(): bigint {
    return this.#follower.highWatermark;
  }

  get endOffset(): bigint {
    return this.#leader?.endOffset ?? this.#follower.highWatermark;
  }

  /** Whether appends are taken here. */
  get isLed(): boolean {
    return this.#leader !== undefined;
  }

  /** From now on appends go to `log`; undefined when another broker leads it. */
  setLeader(log: PartitionLog | undefined): void {
    this.#leader = log;
  }

  /** @throws LogError `NOT_LEADER` when another broker leads the log; what appending throws. */
  async append(batch: Buffer, options?: AppendOptions): Promise<Appended> {
    const appended = await whileLed(this.#leading().append(batch, options));
    this.#hurry(appended.lastOffset + 1n);
    return appended;
  }

  /** @throws LogError `NOT_LEADER` when another broker leads the log; what trimming throws. */
  async trim(offset: bigint): Promise<bigint> {
    return whileLed(this.#leading().trim(offset));
  }

  /** Waits until the stream can be read: a state that follows a log must not end because of an outage. */
  async read(offset: bigint, maxBytes: number): Promise<LogRead> {
    for (;;) {
      if (this.#isClosed) throw new LogError("CLOSED", "the log is followed no more");
      try {
        return await this.#follower.read(offset, maxBytes);
      } catch (error) {
        if (!isPassing(error)) throw error;
        await delay(RETRY_MS);
      }
    }
  }

  on(_event: LogEvent, listener: () => void): () => void {
    return this.#follower.on("advance", listener);
  }

  /**
   * Resolves when everything stored by now can be read here.
   *
   * @throws LogError `TIMED_OUT` when that cannot be found out now.
   */
  async catchUp(): Promise<void> {
    try {
      await this.#follower.catchUp();
    } catch (error) {
      if (!(error instanceof JetStreamError)) throw error;
      throw new LogError("TIMED_OUT", `the log cannot be read now: ${error.message}`, { cause: error });
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#follower.close();
  }

  #leading(): PartitionLog {
    if (this.#leader === undefined) throw new LogError("NOT_LEADER", "another broker leads this log");
    return this.#leader;
  }

  /** What was appended is waited for by whoever appended it; what fails now is told by the next poll. */
  #hurry(endOffset: bigint): void {
    if (this.#follower.highWatermark < endOffset && !this.#isClosed) this.#follower.catchUp().catch(() => {});
  }
}

/** A log is closed here when it is led elsewhere. */
async function whileLed<T>(result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (error) {
    if (!(error instanceof LogError && error.code === "CLOSED")) throw error;
    throw new LogError("NOT_LEADER", "this log has just been handed on", { cause: error });
  }
}

function isPassing(error: unknown): boolean {
  return error instanceof JetStreamError || (error instanceof LogError && error.retriable);
}
