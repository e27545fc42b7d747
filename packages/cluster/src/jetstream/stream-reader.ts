import { setTimeout as delay } from "node:timers/promises";
import type { NatsMessage } from "../nats/nats-message.ts";
import type { OnReply } from "../nats/reply-mux.ts";
import type { JetStreamApi } from "./jetstream-api.ts";
import { JetStreamError } from "./jetstream-error.ts";
import { fromConsumer, fromDirectGet, type StoredMessage } from "./stored-message.ts";

/** Up to here a range is read with its payloads; making a consumer costs more than that. */
const SMALL_RANGE = 32;
const DIRECT_BYTES = 8 * 1024 * 1024;
const SCAN_BATCH = 2_000;
const GET_TIMEOUT_MS = 2_000;
/**
 * A follower that answers may lag behind the leader that acknowledged; that takes milliseconds. What a leader says to be
 * last may never be stored, when it has lost the others.
 */
const LAG_WAIT_MS = 5;
const LAG_RETRIES = 400;
const NO_RESPONDERS = 503;
/** End of a batch, nothing there, and the end of the time a consumer was given. */
const ENDS: ReadonlySet<number> = new Set([204, 404, 408]);
const NEXT_EXPIRES_NS = 1.5 * 1_000_000_000;
const CONSUMER_IDLE_NS = 30 * 1_000_000_000;

/** Reads messages of one stream by their sequence. All methods throw `JetStreamError`. */
export class StreamReader {
  readonly #api: JetStreamApi;
  readonly #stream: string;

  constructor(api: JetStreamApi, stream: string) {
    this.#api = api;
    this.#stream = stream;
  }

  /**
   * The messages from `sequence` on, in order and without a hole, at least one, at most `count` and about `maxBytes`.
   * They are known to be stored: where the server that answers has not got them yet, it is asked again.
   */
  async read(sequence: number, count: number, maxBytes: number): Promise<StoredMessage[]> {
    for (let attempt = 0; attempt < LAG_RETRIES; attempt++) {
      const messages = await this.#getBatch(sequence, count, maxBytes);
      if (messages[0]?.sequence === sequence) return messages;
      if (messages.length > 0) break;
      await delay(LAG_WAIT_MS);
    }
    throw new JetStreamError("REFUSED", `${this.#stream} has message ${sequence} no more`);
  }

  /** What a server has from `sequence` on, in order; nothing when there is none yet, a later start when it was purged. */
  async #getBatch(sequence: number, count: number, maxBytes: number): Promise<StoredMessage[]> {
    const body = Buffer.from(JSON.stringify({ seq: sequence, batch: count, max_bytes: maxBytes }));
    const subject = `$JS.API.DIRECT.GET.${this.#stream}`;
    const send = (onReply: OnReply) => this.#api.mux.send(subject, body, undefined, GET_TIMEOUT_MS, onReply);
    return withoutHoles(await gather(send, fromDirectGet, count));
  }

  /** Every message from `from` to `to`, both included; where there are many, their headers only. */
  async *scan(from: number, to: number): AsyncGenerator<readonly StoredMessage[]> {
    let next = from;
    while (next <= to) {
      const pages = to - next < SMALL_RANGE ? this.#pages(next, to) : this.#headerPages(next, to);
      for await (const page of pages) {
        yield page;
        next = page.at(-1)!.sequence + 1;
      }
    }
  }

  async *#pages(from: number, to: number): AsyncGenerator<readonly StoredMessage[]> {
    yield await this.read(from, to - from + 1, DIRECT_BYTES);
  }

  /** Headers by a consumer of this scan alone; ends early when the consumer leaves something out. */
  async *#headerPages(from: number, to: number): AsyncGenerator<readonly StoredMessage[]> {
    const name = await this.#createConsumer(from);
    try {
      for (let next = from; next <= to; ) {
        const count = Math.min(SCAN_BATCH, to - next + 1);
        const page = await this.#nextHeaders(name, count);
        if (page[0]?.sequence !== next) {
          throw new JetStreamError("TIMED_OUT", `${this.#stream} did not show message ${next}`);
        }
        const messages = withoutHoles(page);
        yield messages;
        if (messages.length < page.length) return;
        next += messages.length;
      }
    } finally {
      // Consumers that are not deleted go by themselves when nobody asks them.
      await this.#api.call(`CONSUMER.DELETE.${this.#stream}.${name}`, {}, GET_TIMEOUT_MS).catch(() => {});
    }
  }

  #nextHeaders(consumer: string, count: number): Promise<StoredMessage[]> {
    const subject = `$JS.API.CONSUMER.MSG.NEXT.${this.#stream}.${consumer}`;
    const body = Buffer.from(JSON.stringify({ batch: count, expires: NEXT_EXPIRES_NS }));
    const send = (onReply: OnReply) => this.#api.mux.sendApart(subject, body, GET_TIMEOUT_MS, onReply);
    return gather(send, fromConsumer, count);
  }

  async #createConsumer(from: number): Promise<string> {
    const config = {
      deliver_policy: "by_start_sequence",
      opt_start_seq: from,
      ack_policy: "none",
      headers_only: true,
      num_replicas: 1,
      mem_storage: true,
      inactive_threshold: CONSUMER_IDLE_NS,
    };
    const { name } = await this.#api.call<{ readonly name: string }>(
      `CONSUMER.CREATE.${this.#stream}`,
      { stream_name: this.#stream, config },
      GET_TIMEOUT_MS,
    );
    return name;
  }
}

/** Collects the answers to one request until its end is told or `count` are there. */
function gather(
  send: (onReply: OnReply) => void,
  read: (message: NatsMessage) => StoredMessage,
  count: number,
): Promise<StoredMessage[]> {
  const messages: StoredMessage[] = [];
  return new Promise((resolve, reject) => {
    send((reply) => {
      if (reply?.status === 0) {
        messages.push(read(reply));
        if (messages.length < count) return true;
        resolve(messages);
        return false;
      }
      if (messages.length > 0 || (reply !== undefined && ENDS.has(reply.status))) resolve(messages);
      else reject(failure(reply));
      return false;
    });
  });
}

function failure(reply: NatsMessage | undefined): JetStreamError {
  if (reply === undefined) return new JetStreamError("TIMED_OUT", "the stream was not read in time");
  if (reply.status === NO_RESPONDERS) return new JetStreamError("UNAVAILABLE", "no server serves the stream");
  return new JetStreamError("REFUSED", `the stream cannot be read: ${reply.description}`);
}

/** What a slow or cut connection has left out ends the answer; the rest is asked for again. */
function withoutHoles(messages: readonly StoredMessage[]): StoredMessage[] {
  const first = messages[0]?.sequence ?? 0;
  const hole = messages.findIndex(({ sequence }, index) => sequence !== first + index);
  return hole < 0 ? [...messages] : messages.slice(0, hole);
}
