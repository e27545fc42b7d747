import { LogError, type StateEntry } from "@letterpress/log";
import type { GroupError } from "./group-error.ts";

/** What the coordinator needs of the log under a partition of `__consumer_offsets`; `StateLog` has it. */
export interface OffsetsLog {
  /** Resolves once the entries are durable and applied to the state machine. */
  append(entries: readonly StateEntry[]): Promise<bigint>;
}

/** Entries in one append. */
const ENTRIES_MAX = 5000;

interface Waiting {
  readonly entries: readonly StateEntry[];
  settle(error: GroupError): void;
}

/**
 * Writes to one partition of `__consumer_offsets`, in order. What arrives while an append is in flight goes into the
 * next one together, so that the commits of many groups share one record batch and one flush.
 */
export class OffsetsWriter {
  readonly #log: OffsetsLog;
  #waiting: Waiting[] = [];
  #isAppending = false;

  constructor(log: OffsetsLog) {
    this.#log = log;
  }

  /** Resolves to NONE once the entries are durable and applied, or to why some are not. Never rejects. */
  async write(entries: readonly StateEntry[]): Promise<GroupError> {
    const parts: Promise<GroupError>[] = [];
    for (let start = 0; start === 0 || start < entries.length; start += ENTRIES_MAX) {
      parts.push(this.#enqueue(entries.slice(start, start + ENTRIES_MAX)));
    }
    return (await Promise.all(parts)).find((error) => error !== "NONE") ?? "NONE";
  }

  #enqueue(entries: readonly StateEntry[]): Promise<GroupError> {
    return new Promise((settle) => {
      this.#waiting.push({ entries, settle });
      if (!this.#isAppending) void this.#appendAll();
    });
  }

  async #appendAll(): Promise<void> {
    this.#isAppending = true;
    // The requests that were read from the sockets in this turn go together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#takeBatch();
      const error = await this.#append(batch.flatMap(({ entries }) => entries));
      for (const { settle } of batch) settle(error);
    }
    this.#isAppending = false;
  }

  #takeBatch(): Waiting[] {
    let count = 0;
    let end = 0;
    while (end < this.#waiting.length) {
      count += this.#waiting[end]!.entries.length;
      if (end > 0 && count > ENTRIES_MAX) break;
      end++;
    }
    return this.#waiting.splice(0, end);
  }

  async #append(entries: readonly StateEntry[]): Promise<GroupError> {
    if (entries.length === 0) return "NONE";
    try {
      await this.#log.append(entries);
      return "NONE";
    } catch (error) {
      return errorOf(error);
    }
  }
}

/** A log that is led elsewhere by now has taken its groups along; any other failure may pass. */
function errorOf(error: unknown): GroupError {
  const isElsewhere = error instanceof LogError && (error.code === "NOT_LEADER" || error.code === "CLOSED");
  return isElsewhere ? "NOT_COORDINATOR" : "COORDINATOR_NOT_AVAILABLE";
}
