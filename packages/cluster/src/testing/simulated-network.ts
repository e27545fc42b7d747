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
  /** A new leader that has not applied all of a stream takes an append that expects an older end, and stores it at the real one. */
  readonly staleLeader: number;
  /** One of the messages that are read at once is misread, when it is read for the first time. */
  readonly misread: number;
}

interface Sent {
  readonly from: SimulatedClient;
  readonly arrive: () => () => void;
  /** Undefined once the sender has given up. */
  giveUp: (() => void) | undefined;
}

/** One process at the network. */
export interface SimulatedClient {
  /** A dead process sends nothing and hears nothing; what it has sent may still arrive. */
  isDead: boolean;
  /** What a paused process sends, and the answers it gets, wait until it goes on. */
  isPaused: boolean;
  /** Has `work` done by the server; then either `onReply` is called with what it gave, or `onLost`. */
  send<T>(work: () => T, onReply: (result: T) => void, onLost: () => void): void;
}

/**
 * A network that loses, delays and reorders what is sent. Nothing happens by itself: each `step` lets one thing happen,
 * chosen by the seed.
 */
export class SimulatedNetwork {
  readonly random: Random;
  faults: NetworkFaults;
  readonly #sent: Sent[] = [];
  /** What paused processes have sent. */
  #held: Sent[] = [];
  readonly #replies: { readonly to: SimulatedClient; readonly deliver: () => void }[] = [];

  constructor(random: Random, faults: NetworkFaults) {
    this.random = random;
    this.faults = faults;
  }

  get isQuiet(): boolean {
    return this.#sent.length === 0 && this.#replies.length === 0;
  }

  client(): SimulatedClient {
    const client: SimulatedClient = {
      isDead: false,
      isPaused: false,
      send: (work, onReply, onLost) => {
        const arrive = () => {
          const result = work();
          return () => onReply(result);
        };
        if (client.isDead) return;
        const sent = { from: client, arrive, giveUp: onLost };
        if (client.isPaused) this.#held.push(sent);
        else this.#sent.push(sent);
      },
    };
    return client;
  }

  /** Lets a paused process go on. */
  resume(client: SimulatedClient): void {
    client.isPaused = false;
    this.#sent.push(...this.#held.filter(({ from }) => from === client));
    this.#held = this.#held.filter(({ from }) => from !== client);
  }

  /** Lets one request arrive, one answer arrive, or one sender give up. */
  step(): void {
    const isReplyNext = this.#replies.length > 0 && this.random() < 0.5;
    if (isReplyNext || this.#sent.length === 0) this.#deliver();
    else this.#arrive();
  }

  #deliver(): void {
    const reply = this.#replies.shift();
    if (reply === undefined || reply.to.isDead) return;
    if (reply.to.isPaused) this.#replies.push(reply);
    else reply.deliver();
  }

  #arrive(): void {
    const isLate = this.random() < this.faults.lateAppend;
    const at = isLate ? Math.floor(this.random() * this.#sent.length) : 0;
    const sent = this.#sent[at]!;
    const { from, giveUp } = sent;
    if (giveUp !== undefined && this.random() < this.faults.lostReply) {
      sent.giveUp = undefined;
      this.#replies.push({ to: from, deliver: giveUp });
      // Half of those are done later, if they still can be.
      if (this.random() < 0.5) return;
    }
    this.#sent.splice(at, 1);
    const deliver = sent.arrive();
    if (sent.giveUp !== undefined) this.#replies.push({ to: from, deliver });
  }
}
