import { LetterpressError } from "../letterpress-error.ts";

/** A request whose response is awaited. */
export interface PendingRequest {
  readonly correlationId: number;
  /** For error messages. */
  readonly apiName: string;
  /** On the clock of `performance.now()`. */
  readonly deadlineMs: number;
  /** Takes the whole response frame. Throws when the bytes make no sense. */
  settle(frame: Buffer): void;
  fail(error: LetterpressError): void;
}

const COMPACT_AT = 256;

/** The requests in flight on one connection. Kafka answers them in order, so a queue is all it takes. */
export class RequestQueue {
  #requests: PendingRequest[] = [];
  #head = 0;
  #timer: NodeJS.Timeout | undefined;
  #timerDeadlineMs = 0;
  readonly #onTimeout: (request: PendingRequest) => void;

  /** `onTimeout` is called with the first request whose deadline has passed. */
  constructor(onTimeout: (request: PendingRequest) => void) {
    this.#onTimeout = onTimeout;
  }

  get size(): number {
    return this.#requests.length - this.#head;
  }

  push(request: PendingRequest): void {
    this.#requests.push(request);
    if (this.#timer === undefined || request.deadlineMs < this.#timerDeadlineMs)
      this.#arm(request.deadlineMs);
  }

  /** Takes the request that the response with this correlation id answers. */
  shift(correlationId: number): PendingRequest {
    const request = this.#requests[this.#head];
    if (request === undefined || request.correlationId !== correlationId) {
      throw new LetterpressError(
        "PROTOCOL_VIOLATION",
        `the broker answered request ${correlationId}, expected was ${request?.correlationId ?? "none"}`,
      );
    }
    this.#head++;
    if (this.#head === this.#requests.length || this.#head >= COMPACT_AT) {
      this.#requests = this.#requests.slice(this.#head);
      this.#head = 0;
    }
    return request;
  }

  /** Fails everything that waits. */
  failAll(error: LetterpressError): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const waiting = this.#requests.slice(this.#head);
    this.#requests = [];
    this.#head = 0;
    for (const request of waiting) request.fail(error);
  }

  /** One timer serves all requests: it fires at the earliest deadline it was armed for and looks around. */
  #arm(deadlineMs: number): void {
    clearTimeout(this.#timer);
    this.#timerDeadlineMs = deadlineMs;
    this.#timer = setTimeout(() => this.#check(), Math.max(0, deadlineMs - performance.now())).unref();
  }

  #check(): void {
    this.#timer = undefined;
    const nowMs = performance.now();
    let earliestMs = Number.POSITIVE_INFINITY;
    for (let index = this.#head; index < this.#requests.length; index++) {
      const request = this.#requests[index]!;
      if (request.deadlineMs <= nowMs + 1) {
        this.#onTimeout(request);
        return;
      }
      earliestMs = Math.min(earliestMs, request.deadlineMs);
    }
    if (earliestMs !== Number.POSITIVE_INFINITY) this.#arm(earliestMs);
  }
}
