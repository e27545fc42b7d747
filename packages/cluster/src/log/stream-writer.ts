import { LogError } from "@letterpress/log";
import type { JetStreamError } from "../jetstream/jetstream-error.ts";
import type { PartitionStream } from "../jetstream/partition-stream.ts";
import { AppendPipeline, type PendingAppend } from "./append-pipeline.ts";
import type { InFlightBudget } from "./in-flight-budget.ts";
import type { LogContent } from "./log-content.ts";
import { emptyHeader } from "./message-header.ts";
import { settleAppends } from "./settle-appends.ts";

/** What may wait for its turn before `write` makes its caller wait, too. */
const PENDING_BYTES_MAX = 8 * 1024 * 1024;
/** Longer than elections take; what lasts longer is for a person to look at. */
const STALL_MS = 60_000;

export interface StreamWriterOptions {
  readonly stream: PartitionStream;
  /** What the stream holds, from taking it over; kept up. */
  readonly content: LogContent;
  readonly budget: InFlightBudget;
  readonly signal: AbortSignal;
  /** Told of the payload of every message that is stored, in bytes. */
  readonly onStored: (bytes: number) => void;
}

/** Stores messages as they are, several on the way at a time, and finds out what became of those that were not answered. */
export class StreamWriter {
  readonly #options: StreamWriterOptions;
  readonly #pipeline: AppendPipeline;
  #progressMs = performance.now();
  #failure: unknown;
  #wake: () => void = () => {};

  constructor(options: StreamWriterOptions) {
    this.#options = options;
    this.#pipeline = new AppendPipeline(options.stream, options.budget, options.content.sequence, {
      stored: (append, sequence) => this.#stored(append, sequence),
      interrupted: () => void this.#recover(),
    });
  }

  /**
   * Takes messages that continue the log. Resolves when there is room for more.
   *
   * @throws LogError `NOT_LEADER` when somebody else has taken the stream over, `NOT_ENOUGH_REPLICAS` when there is no
   *   room or nothing could be stored for a minute, `STORAGE_FAILED`; what the signal was aborted with.
   */
  async write(messages: readonly PendingAppend[]): Promise<void> {
    for (const message of messages) this.#pipeline.push(message);
    await this.#until(() => this.#pipeline.pendingBytes <= PENDING_BYTES_MAX);
  }

  /** Resolves when everything is stored. Throws what `write` throws. */
  finish(): Promise<void> {
    return this.#until(() => this.#pipeline.isIdle);
  }

  /** Sends nothing more. What is on its way may still be stored. */
  stop(): void {
    this.#fail(new LogError("CLOSED", `writing to ${this.#options.stream.name} was stopped`));
  }

  async #until(isDone: () => boolean): Promise<void> {
    const { signal } = this.#options;
    const wake = (): void => this.#wake();
    signal.addEventListener("abort", wake);
    try {
      for (;;) {
        signal.throwIfAborted();
        if (this.#failure !== undefined) throw this.#failure;
        if (isDone()) return;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      signal.removeEventListener("abort", wake);
    }
  }

  #stored({ header, bytes }: PendingAppend, sequence: number): void {
    this.#progressMs = performance.now();
    this.#options.content.stored(sequence, header, bytes.length);
    this.#options.onStored(bytes.length);
    this.#wake();
  }

  async #recover(): Promise<void> {
    const { stream, content } = this.#options;
    try {
      const settled = await settleAppends({
        stream,
        content,
        unacknowledged: this.#pipeline.unacknowledged,
        header: (endOffset) => emptyHeader("logstart", { ...content.place, endOffset }),
        failed: (error) => this.#assertPatience(error),
      });
      if (this.#failure === undefined) this.#pipeline.resume(settled.stored, settled.sequence);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Servers come back by themselves; room has to be made by somebody. */
  #assertPatience(cause: JetStreamError): void {
    if (this.#failure !== undefined) throw this.#failure;
    const isFull = cause.code === "FULL";
    if (!isFull && performance.now() - this.#progressMs < STALL_MS) return;
    const what = isFull ? "there is no room" : "nothing could be stored for a minute";
    throw new LogError("NOT_ENOUGH_REPLICAS", `${what}: ${cause.message}`, { cause });
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#pipeline.halt();
    this.#wake();
  }
}
