/** A number from 0 up to 1, from a seed. */
export type Random = () => number;

/** What may go wrong, each as a chance from 0 to 1. */
export interface NetworkFaults {
  /** The answer is lost: the sender gives up, though what it asked for may be done, before or after that. */
  readonly lostReply: number;
  /** What is sent is held up and may arrive behind what is sent later. */
  readonly lateAppend: number;
  /** A server that lags tells where a stream ends. */
  readonly staleInfo: number;
}

interface Sent {
  readonly arrive: () => () => void;
  /** Undefined once the sender has given up. */
  giveUp: (() => void) | undefined;
}

/**
 * A network that loses, delays and reorders what is sent. Nothing happens by itself: each `step` lets one thing happen,
 * chosen by the seed.
 */
export class SimulatedNetwork {
  readonly random: Random;
  readonly faults: NetworkFaults;
  readonly #sent: Sent[] = [];
  readonly #replies: (() => void)[] = [];

  constructor(random: Random, faults: NetworkFaults) {
    this.random = random;
    this.faults = faults;
  }

  get isQuiet(): boolean {
    return this.#sent.length === 0 && this.#replies.length === 0;
  }

  /** Has `work` done by the server; then either `onReply` is called with what it gave, or `onLost`. */
  send<T>(work: () => T, onReply: (result: T) => void, onLost: () => void): void {
    const arrive = () => {
      const result = work();
      return () => onReply(result);
    };
    this.#sent.push({ arrive, giveUp: onLost });
  }

  /** Lets one request arrive, one answer arrive, or one sender give up. */
  step(): void {
    const isReplyNext = this.#replies.length > 0 && this.random() < 0.5;
    if (isReplyNext) this.#replies.shift()!();
    else if (this.#sent.length > 0) this.#arrive();
    else this.#replies.shift()?.();
  }

  #arrive(): void {
    const isLate = this.random() < this.faults.lateAppend;
    const at = isLate ? Math.floor(this.random() * this.#sent.length) : 0;
    const sent = this.#sent[at]!;
    const { giveUp } = sent;
    if (giveUp !== undefined && this.random() < this.faults.lostReply) {
      sent.giveUp = undefined;
      this.#replies.push(giveUp);
      // Half of those are done later, if they still can be.
      if (this.random() < 0.5) return;
    }
    this.#sent.splice(at, 1);
    const reply = sent.arrive();
    if (sent.giveUp !== undefined) this.#replies.push(reply);
  }
}
