import type { AppendReply } from "../jetstream/append-reply.ts";
import type { PartitionStream } from "../jetstream/partition-stream.ts";
import type { StoredMessage } from "../jetstream/stored-message.ts";
import type { MessageHeader } from "../log/message-header.ts";

/** A number from 0 up to 1, from a seed. */
export type Random = () => number;

/** What may go wrong, each as a chance from 0 to 1. */
export interface NetworkFaults {
  /** The answer is lost: the sender gives the append up, though it may be stored, before or after that. */
  readonly lostReply: number;
  /** The append is held up and may arrive behind later ones. */
  readonly lateAppend: number;
  /** A server that lags tells where the stream ends. */
  readonly staleInfo: number;
}

interface Append {
  readonly header: MessageHeader;
  readonly bytes: Buffer;
  readonly lastSequence: number;
  reply: ((reply: AppendReply) => void) | undefined;
}

/**
 * A stream that takes appends when their expected sequence is the last one, and a network that loses, delays and reorders
 * what is sent to it. Nothing happens by itself: each `step` lets one thing happen, chosen by the seed.
 */
export class SimulatedStream {
  readonly messages: StoredMessage[] = [];
  readonly #random: Random;
  readonly #faults: NetworkFaults;
  readonly #sent: Append[] = [];
  readonly #replies: (() => void)[] = [];

  constructor(random: Random, faults: NetworkFaults) {
    this.#random = random;
    this.#faults = faults;
  }

  /** A connection to the stream, as logs want it. */
  connect(): PartitionStream {
    const stream = {
      id: { topic: "simulated", topicId: "00000000-0000-4000-8000-000000000000", partition: 0 },
      name: "simulated",
      subject: "simulated",
      append: (
        header: MessageHeader,
        bytes: Buffer,
        lastSequence: number,
        _timeoutMs: number,
        reply: (reply: AppendReply) => void,
      ) => void this.#sent.push({ header, bytes: Buffer.from(bytes), lastSequence, reply }),
      api: { streamInfo: async () => this.#info() },
      reader: {
        scan: async function* (this: { messages: readonly StoredMessage[] }, from: number, to: number) {
          if (from <= to) yield this.messages.slice(from - 1, to);
        }.bind(this),
        read: async (sequence: number, count: number) =>
          this.messages.slice(sequence - 1, sequence - 1 + count),
      },
    };
    // The class has private fields; logs use what is above only.
    return stream as unknown as PartitionStream;
  }

  get isQuiet(): boolean {
    return this.#sent.length === 0 && this.#replies.length === 0;
  }

  /** Lets one append arrive, one answer arrive, or one sender give up. */
  step(): void {
    const isReplyNext = this.#replies.length > 0 && this.#random() < 0.5;
    if (isReplyNext) this.#replies.shift()!();
    else if (this.#sent.length > 0) this.#arrive();
    else this.#replies.shift()?.();
  }

  #info() {
    const last = this.messages.length;
    const isStale = this.#random() < this.#faults.staleInfo;
    return { state: { last_seq: isStale ? Math.floor(last * this.#random()) : last } };
  }

  #arrive(): void {
    const isLate = this.#random() < this.#faults.lateAppend;
    const at = isLate ? Math.floor(this.#random() * this.#sent.length) : 0;
    const append = this.#sent[at]!;
    const isGivenUp = append.reply !== undefined && this.#random() < this.#faults.lostReply;
    const { reply } = append;
    if (isGivenUp) {
      append.reply = undefined;
      this.#replies.push(() => reply?.({ kind: "timed-out", reason: "simulated" }));
      // Half of those are stored later, if they still fit.
      if (this.#random() < 0.5) return;
    }
    this.#sent.splice(at, 1);
    const outcome = this.#store(append);
    if (append.reply !== undefined) this.#replies.push(() => reply?.(outcome));
  }

  #store({ header, bytes, lastSequence }: Append): AppendReply {
    const last = this.messages.length;
    if (lastSequence !== last) {
      return { kind: "wrong-sequence", lastSequence: this.#random() < 0.5 ? last : undefined };
    }
    this.messages.push({ sequence: last + 1, header, data: bytes, sizeBytes: bytes.length });
    return { kind: "stored", sequence: last + 1 };
  }
}
