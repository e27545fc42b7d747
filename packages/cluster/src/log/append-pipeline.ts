import type { AppendReply } from "../jetstream/append-reply.ts";
import type { PartitionStream } from "../jetstream/partition-stream.ts";
import type { InFlightBudget } from "./in-flight-budget.ts";
import type { MessageHeader } from "./message-header.ts";

/** Publishing has no backpressure of its own, and servers refuse when too much waits for them. */
export const IN_FLIGHT_MAX = 16;
const IN_FLIGHT_BYTES_MAX = 8 * 1024 * 1024;
/** An append without an acknowledgement for this long is taken for lost, and it is found out whether it was. */
const ACK_TIMEOUT_MS = 3_000;

/** A message on its way into the stream. */
export interface PendingAppend {
  readonly header: MessageHeader;
  readonly bytes: Buffer;
}

interface SentAppend extends PendingAppend {
  readonly sequence: number;
  isStored: boolean;
}

export interface PipelineHost {
  /** Called in the order of the appends, each once it and all before it are acknowledged. */
  stored(append: PendingAppend, sequence: number): void;
  /** An append was not acknowledged where it belongs. The pipeline stands still until it is resumed. */
  interrupted(): void;
}

/**
 * Sends appends before the earlier ones are acknowledged, each expecting the sequence of the one before. An
 * acknowledgement says nothing about earlier appends: somebody else's message may have taken their place. So an append
 * counts as stored only when everything in front of it is, too.
 */
export class AppendPipeline {
  readonly #stream: Pick<PartitionStream, "append">;
  readonly #budget: InFlightBudget;
  readonly #host: PipelineHost;
  #queue: PendingAppend[] = [];
  #sent: SentAppend[] = [];
  #sentBytes = 0;
  #queuedBytes = 0;
  #lastSequence: number;
  #isHalted = false;

  constructor(
    stream: Pick<PartitionStream, "append">,
    budget: InFlightBudget,
    lastSequence: number,
    host: PipelineHost,
  ) {
    this.#stream = stream;
    this.#budget = budget;
    this.#lastSequence = lastSequence;
    this.#host = host;
  }

  get isIdle(): boolean {
    return this.#queue.length === 0 && this.#sent.length === 0;
  }

  get pendingBytes(): number {
    return this.#queuedBytes + this.#sentBytes;
  }

  /** What was sent and is not known to be stored, oldest first. */
  get unacknowledged(): readonly PendingAppend[] {
    return this.#sent;
  }

  push(append: PendingAppend): void {
    this.#queue.push(append);
    this.#queuedBytes += append.bytes.length;
    this.#pump();
  }

  /** Sends nothing more, and ignores the answers to what was sent. */
  halt(): void {
    if (this.#isHalted) return;
    this.#isHalted = true;
    this.#budget.give(this.#sentBytes);
  }

  /**
   * Goes on behind `lastSequence`. The first appends of those that were sent turned out to be stored, at `sequences`;
   * the others are sent again.
   */
  resume(sequences: readonly number[], lastSequence: number): void {
    const sent = this.#sent;
    const again = sent.slice(sequences.length);
    this.#sent = [];
    this.#sentBytes = 0;
    this.#queue = [...again, ...this.#queue];
    for (const { bytes } of again) this.#queuedBytes += bytes.length;
    this.#lastSequence = lastSequence;
    this.#isHalted = false;
    sequences.forEach((sequence, index) => {
      this.#host.stored(sent[index]!, sequence);
    });
    this.#pump();
  }

  readonly #pump = (): void => {
    while (!this.#isHalted && this.#queue.length > 0 && this.#sent.length < IN_FLIGHT_MAX) {
      const { length } = this.#queue[0]!.bytes;
      if (this.#sent.length > 0 && this.#sentBytes + length > IN_FLIGHT_BYTES_MAX) return;
      if (!this.#budget.take(length, this.#pump)) return;
      this.#queuedBytes -= length;
      this.#sentBytes += length;
      this.#send(this.#queue.shift()!);
    }
  };

  #send({ header, bytes }: PendingAppend): void {
    const expected = this.#lastSequence++;
    const append: SentAppend = { header, bytes, sequence: this.#lastSequence, isStored: false };
    this.#sent.push(append);
    this.#stream.append(header, bytes, expected, ACK_TIMEOUT_MS, (reply) => this.#onReply(append, reply));
  }

  #onReply(append: SentAppend, reply: AppendReply): void {
    if (this.#isHalted || !this.#sent.includes(append)) return;
    if (reply.kind !== "stored" || reply.sequence !== append.sequence) {
      this.halt();
      this.#host.interrupted();
      return;
    }
    append.isStored = true;
    let freed = 0;
    while (this.#sent[0]?.isStored === true) {
      const { header, bytes, sequence } = this.#sent.shift()!;
      freed += bytes.length;
      this.#host.stored({ header, bytes }, sequence);
    }
    this.#sentBytes -= freed;
    this.#budget.give(freed);
    this.#pump();
  }
}
