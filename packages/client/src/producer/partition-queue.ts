import type { ProducerBatch } from "./producer-batch.ts";
import { NO_IDENTITY, type ProducerIdentity } from "./producer-identity.ts";

const SEQUENCE_MAX = 0x7fffffff;

/**
 * The batches of one partition, in the order they are to be stored in: those in flight, those to be sent again,
 * and those not sent yet.
 *
 * Order survives every failure: as long as a batch has to be sent again nothing newer leaves, and what is sent
 * again goes one by one, in order. A gap that the broker cannot know of, after a batch that failed for good, is closed
 * by starting the sequences again under a new epoch once nothing is in flight.
 */
export class PartitionQueue {
  readonly topic: string;
  readonly partition: number;
  readonly #waiting: ProducerBatch[] = [];
  readonly #retries: ProducerBatch[] = [];
  readonly #inFlight: ProducerBatch[] = [];
  #identity = NO_IDENTITY;
  #nextSequence = 0;
  /** Whether the broker has stored a batch under `#identity`: before, it could take a later one for the first. */
  #isKnown = false;
  #mustRenumber = false;
  /** Before this time nothing is sent; on the clock of `performance.now()`. */
  retryAtMs = 0;

  constructor(topic: string, partition: number) {
    this.topic = topic;
    this.partition = partition;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0 && this.#retries.length === 0;
  }

  get inFlightCount(): number {
    return this.#inFlight.length;
  }

  /** Whether sequences have to start again under a new identity, and nothing in flight forbids it. */
  get wantsNewIdentity(): boolean {
    return this.#mustRenumber && this.#inFlight.length === 0;
  }

  get identity(): ProducerIdentity {
    return this.#identity;
  }

  /** All batches that are not settled. */
  *batches(): Generator<ProducerBatch> {
    yield* this.#inFlight;
    yield* this.#retries;
    yield* this.#waiting;
  }

  /** The batch that takes the next record of at most `bytes`, or undefined when a new one is needed. */
  openBatch(bytes: number, batchBytes: number): ProducerBatch | undefined {
    const last = this.#waiting.at(-1);
    return last !== undefined && last.sizeBytes + bytes <= batchBytes ? last : undefined;
  }

  addBatch(batch: ProducerBatch): void {
    this.#waiting.push(batch);
  }

  /** When the next batch may leave; `Infinity` when something else has to happen first. */
  readyAtMs(inFlightMax: number, lingerMs: number): number {
    if (this.#mustRenumber) return this.#inFlight.length === 0 ? this.retryAtMs : Number.POSITIVE_INFINITY;
    if (this.#retries.length > 0) {
      return this.#inFlight.length === 0 ? this.retryAtMs : Number.POSITIVE_INFINITY;
    }
    const first = this.#waiting[0];
    if (first === undefined || this.#inFlight.length >= this.#inFlightLimit(inFlightMax)) {
      return Number.POSITIVE_INFINITY;
    }
    const isFull = this.#waiting.length > 1;
    return isFull || lingerMs === 0 ? this.retryAtMs : Math.max(this.retryAtMs, first.createdAtMs + lingerMs);
  }

  peek(): ProducerBatch | undefined {
    return this.#retries[0] ?? this.#waiting[0];
  }

  /** Moves the next batch into flight and gives it its sequence. */
  take(): ProducerBatch {
    const batch = this.#retries.shift() ?? this.#waiting.shift()!;
    if (batch.baseSequence < 0) this.#number(batch);
    batch.attempts++;
    this.#inFlight.push(batch);
    return batch;
  }

  /** The batch was stored. */
  complete(batch: ProducerBatch): void {
    this.#land(batch);
    if (batch.identity === this.#identity) this.#isKnown = true;
    this.retryAtMs = 0;
  }

  /** The batch has to be sent again, at the earliest at `retryAtMs`. */
  retry(batch: ProducerBatch, retryAtMs: number): void {
    this.#land(batch);
    const behind = this.#retries.findIndex((other) => isBefore(batch, other));
    this.#retries.splice(behind < 0 ? this.#retries.length : behind, 0, batch);
    this.retryAtMs = Math.max(this.retryAtMs, retryAtMs);
  }

  /**
   * The batch has failed for good. What follows it has to be numbered again, unless nothing does and the broker
   * certainly did not store it.
   */
  drop(batch: ProducerBatch, isCertain: boolean): void {
    this.#land(batch);
    this.#remove(batch);
    if (batch.baseSequence < 0 || batch.identity === NO_IDENTITY) return;
    const isLast = addSequence(batch.baseSequence, batch.recordCount) === this.#nextSequence;
    if (isCertain && isLast && batch.identity === this.#identity) this.#nextSequence = batch.baseSequence;
    else this.#mustRenumber = true;
  }

  /** `rest` takes the place of a batch that was dropped: in front of everything that was not sent. */
  replace(rest: ProducerBatch): void {
    this.#retries.unshift(rest);
  }

  /** Whether an older batch than this one is not settled, so that its sequence cannot fit yet. */
  hasOlder(batch: ProducerBatch): boolean {
    const isOlder = (other: ProducerBatch): boolean => other !== batch && isBefore(other, batch);
    return this.#inFlight.some(isOlder) || this.#retries.some(isOlder);
  }

  /** The broker has lost, or never had, the sequences in front of this partition's. */
  requireRenumbering(): void {
    this.#mustRenumber = true;
  }

  /** Starts the sequences of everything that is to be sent again under a new identity. Nothing is in flight. */
  renumber(identity: ProducerIdentity): void {
    this.#identity = identity;
    this.#nextSequence = 0;
    this.#isKnown = false;
    this.#mustRenumber = false;
    for (const batch of this.#retries) this.#number(batch);
  }

  #number(batch: ProducerBatch): void {
    batch.identity = this.#identity;
    if (this.#identity === NO_IDENTITY) return;
    batch.baseSequence = this.#nextSequence;
    this.#nextSequence = addSequence(this.#nextSequence, batch.recordCount);
  }

  #inFlightLimit(inFlightMax: number): number {
    return this.#identity === NO_IDENTITY || this.#isKnown ? inFlightMax : 1;
  }

  #land(batch: ProducerBatch): void {
    const index = this.#inFlight.indexOf(batch);
    if (index >= 0) this.#inFlight.splice(index, 1);
  }

  #remove(batch: ProducerBatch): void {
    for (const list of [this.#retries, this.#waiting]) {
      const index = list.indexOf(batch);
      if (index >= 0) list.splice(index, 1);
    }
  }
}

/** Sequences wrap around behind 2^31 - 1. */
function addSequence(sequence: number, count: number): number {
  const sum = sequence + count;
  return sum > SEQUENCE_MAX ? sum - SEQUENCE_MAX - 1 : sum;
}

/** Batches are created in the order they are to be stored in. */
function isBefore(a: ProducerBatch, b: ProducerBatch): boolean {
  return a.order < b.order;
}
