import type { NatsLink } from "./nats-link.ts";
import type { NatsMessage, PublishOptions } from "./nats-message.ts";
import { QuorumWatch } from "./quorum-watch.ts";

const SWEEP_MS = 100;
/** Nobody takes what was sent: the stream has no leader that this server can reach. */
const NO_RESPONDERS = 503;
/** How JetStream begins to say no; an acknowledgement begins with the stream. */
const REFUSAL = Buffer.from('{"error"');

/** Takes one answer; returns whether more are expected. `undefined` when the time ran out. */
export type OnReply = (reply: NatsMessage | undefined) => boolean;

/** What an answer, or none, to something that was to be stored says of the server. */
type Verdict = "stored" | "refused" | "failed";

interface Waiting {
  readonly onReply: OnReply;
  /** Whether what was sent is to be stored. */
  readonly isStored: boolean;
  /** Whether a server that has others to work with answers it in any case. */
  readonly isAnswered: boolean;
  readonly sentMs: number;
  readonly deadlineMs: number;
}

/**
 * Requests over one subscription of our own. The library's request makes a promise, a timer and an error with a
 * stack per call, which costs several times what a small append does; here an append is a map entry.
 */
export class ReplyMux {
  readonly #link: NatsLink;
  readonly #prefix: string;
  readonly #waiting = new Map<string, Waiting>();
  readonly #unsubscribe: () => void;
  readonly #sweep: NodeJS.Timeout;
  readonly #quorum = new QuorumWatch();
  #count = 0;

  constructor(link: NatsLink) {
    this.#link = link;
    this.#prefix = `${link.newInbox()}.`;
    this.#unsubscribe = link.subscribe(`${this.#prefix}*`, (message) => this.#dispatch(message));
    this.#sweep = setInterval(() => this.#expire(), SWEEP_MS);
    this.#sweep.unref();
  }

  /**
   * Publishes and calls `onReply` for each answer, and with undefined when none comes within `timeoutMs`. What has headers
   * is to be stored: only that proves that the server still has others to store it with. No answer at all is a sign that it
   * has none, whatever was asked: before anything is stored again, the end of its stream is asked for.
   */
  send(
    subject: string,
    payload: Uint8Array,
    headers: PublishOptions["headers"],
    timeoutMs: number,
    onReply: OnReply,
  ): void {
    const token = (this.#count++).toString(36);
    const sentMs = performance.now();
    const deadlineMs = sentMs + timeoutMs;
    this.#waiting.set(token, {
      onReply,
      isStored: headers !== undefined,
      isAnswered: true,
      sentMs,
      deadlineMs,
    });
    this.#link.publish(subject, payload, {
      reply: this.#prefix + token,
      ...(headers === undefined ? {} : { headers }),
    });
  }

  /** Like `send`, for answers that come under a subject of their own, as a consumer's do: over another subscription. */
  sendApart(subject: string, payload: Uint8Array, timeoutMs: number, onReply: OnReply): void {
    const inbox = this.#link.newInbox();
    const unsubscribe = this.#link.subscribe(inbox, (message) => this.#deliver(inbox, message));
    const deliver: OnReply = (reply) => {
      const isMoreExpected = onReply(reply) && reply !== undefined;
      if (!isMoreExpected) unsubscribe();
      return isMoreExpected;
    };
    const sentMs = performance.now();
    const deadlineMs = sentMs + timeoutMs;
    this.#waiting.set(inbox, { onReply: deliver, isStored: false, isAnswered: false, sentMs, deadlineMs });
    this.#link.publish(subject, payload, { reply: inbox });
  }

  /** The one answer, or undefined when none comes in time. */
  request(
    subject: string,
    payload: Uint8Array,
    timeoutMs: number,
    headers?: PublishOptions["headers"],
  ): Promise<NatsMessage | undefined> {
    return new Promise((resolve) => {
      this.send(subject, payload, headers, timeoutMs, (reply) => {
        resolve(reply);
        return false;
      });
    });
  }

  close(): void {
    clearInterval(this.#sweep);
    this.#unsubscribe();
    this.#expire(Number.POSITIVE_INFINITY);
  }

  #dispatch(message: NatsMessage): void {
    this.#deliver(message.subject.slice(this.#prefix.length), message);
  }

  #deliver(token: string, message: NatsMessage): void {
    const waiting = this.#waiting.get(token);
    if (waiting === undefined) return;
    if (waiting.isStored) this.#judge(verdictOf(message), waiting.sentMs);
    if (!waiting.onReply(message)) this.#waiting.delete(token);
  }

  #judge(verdict: Verdict, sentMs: number): void {
    if (verdict === "stored") this.#quorum.succeeded();
    else if (verdict === "refused" ? this.#quorum.refused() : this.#quorum.failed(sentMs)) {
      this.#link.changeServer();
    }
  }

  #expire(nowMs = performance.now()): void {
    for (const [token, { onReply, isAnswered, sentMs, deadlineMs }] of this.#waiting) {
      if (deadlineMs > nowMs) continue;
      this.#waiting.delete(token);
      if (isAnswered && nowMs !== Number.POSITIVE_INFINITY) this.#judge("failed", sentMs);
      onReply(undefined);
    }
  }
}

/** A leader that has lost the others goes on refusing what does not fit, and proves nothing by it. */
function verdictOf({ status, data }: NatsMessage): Verdict {
  if (status === NO_RESPONDERS) return "failed";
  const isRefusal =
    data.length > REFUSAL.length && data.compare(REFUSAL, 0, REFUSAL.length, 0, REFUSAL.length) === 0;
  return isRefusal ? "refused" : "stored";
}
