import { LetterpressError } from "../letterpress-error.ts";
import type { ResolvedConsumerOptions } from "./resolved-options.ts";

/** Why a member has to act: the group rebalances, the loop is stuck, or the consumer closes. */
export type Interruption = "rejoin" | "stuck" | "stopped";

/** What the loop does at the moment. */
export interface Progress {
  /** Whether it works on a record. */
  readonly isBusy: boolean;
  /** Grows whenever it asks for more. */
  readonly count: number;
}

/** Sends heartbeats while the member is in the group, and watches that the loop makes progress. */
export class Heart {
  readonly #options: ResolvedConsumerOptions;
  readonly #beat: () => Promise<void>;
  readonly #progress: () => Progress;
  #timer: NodeJS.Timeout | undefined;
  #isBeating = false;
  #interruption: Interruption | undefined;
  #failure: LetterpressError | undefined;
  #notify: (() => void) | undefined;
  #lastCount = -1;
  #lastProgressMs = 0;

  /** `beat` rejects when the member has to act: REBALANCE_IN_PROGRESS, or an error that `interrupted` passes on. */
  constructor(options: ResolvedConsumerOptions, beat: () => Promise<void>, progress: () => Progress) {
    this.#options = options;
    this.#beat = beat;
    this.#progress = progress;
  }

  start(): void {
    this.#interruption = undefined;
    this.#failure = undefined;
    this.#lastProgressMs = performance.now();
    clearInterval(this.#timer);
    this.#timer = setInterval(() => void this.#tick(), this.#options.heartbeatIntervalMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  interrupt(reason: Interruption): void {
    this.#interruption ??= reason;
    this.#notify?.();
  }

  /** Resolves when the member has to act. Rejects when the coordinator refuses it. */
  async interrupted(): Promise<Interruption> {
    while (this.#interruption === undefined) {
      if (this.#failure !== undefined) throw this.#failure;
      await new Promise<void>((resolve) => {
        this.#notify = resolve;
      });
    }
    return this.#interruption;
  }

  async #tick(): Promise<void> {
    const { isBusy, count } = this.#progress();
    const nowMs = performance.now();
    if (!isBusy || count !== this.#lastCount) {
      this.#lastCount = count;
      this.#lastProgressMs = nowMs;
    }
    if (nowMs - this.#lastProgressMs > this.#options.maxPollIntervalMs) this.interrupt("stuck");
    if (this.#isBeating) return;
    this.#isBeating = true;
    const timer = this.#timer;
    try {
      await this.#beat();
    } catch (cause) {
      // An answer to a heartbeat of an earlier generation says nothing about this one.
      if (timer === this.#timer) this.#refused(LetterpressError.from(cause));
    } finally {
      this.#isBeating = false;
    }
  }

  #refused(error: LetterpressError): void {
    if (error.kafkaError === "REBALANCE_IN_PROGRESS") {
      this.interrupt("rejoin");
      return;
    }
    this.#failure = error;
    this.#notify?.();
  }
}
