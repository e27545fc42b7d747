import { setTimeout as delay } from "node:timers/promises";
import type { NatsMessage } from "../nats/nats-link.ts";
import { type JetStreamApi, readReply, toError } from "./jetstream-api.ts";
import { JetStreamError } from "./jetstream-error.ts";
import { fromConsumer, fromDirectGet, type StoredMessage } from "./stored-message.ts";

/** Up to here a range is read with its payloads; making a consumer costs more than that. */
const SMALL_RANGE = 32;
const DIRECT_BYTES = 8 * 1024 * 1024;
const SCAN_BATCH = 2_000;
const GET_TIMEOUT_MS = 2_000;
/** A follower that answers may lag behind the leader that acknowledged; that takes milliseconds. */
const LAG_WAIT_MS = 5;
const LAG_RETRIES = 1_000;
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
    for (let attempt = 0; ; attempt++) {
      const messages = await this.#getBatch(sequence, count, maxBytes);
      if (messages[0]?.sequence === sequence) return withoutHoles(messages);
      if (attempt === LAG_RETRIES) {
        throw new JetStreamError("REFUSED", `${this.#stream} has lost message ${sequence}`);
      }
      await delay(LAG_WAIT_MS);
    }
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
        const page = await this.#gather(
          `$JS.API.CONSUMER.MSG.NEXT.${this.#stream}.${name}`,
          JSON.stringify({ batch: count, expires: NEXT_EXPIRES_NS }),
          fromConsumer,
          count,
        );
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

  #getBatch(sequence: number, batch: number, maxBytes: number): Promise<StoredMessage[]> {
    const body = JSON.stringify({ seq: sequence, batch, max_bytes: maxBytes });
    return this.#gather(`$JS.API.DIRECT.GET.${this.#stream}`, body, fromDirectGet);
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

  /** Collects the answers to one request until its end is told or `count` are there. */
  #gather(
    subject: string,
    body: string,
    read: (message: NatsMessage) => StoredMessage,
    count = Number.POSITIVE_INFINITY,
  ): Promise<StoredMessage[]> {
    const messages: StoredMessage[] = [];
    return new Promise((resolve, reject) => {
      this.#api.mux.send(subject, Buffer.from(body), undefined, GET_TIMEOUT_MS, (reply) => {
        if (reply?.status === 0) {
          messages.push(read(reply));
          if (messages.length < count) return true;
          resolve(messages);
          return false;
        }
        const isEnd =
          reply !== undefined && (reply.status === 204 || reply.status === 404 || reply.status === 408);
        if (isEnd || messages.length > 0) resolve(messages);
        else reject(failure(reply, subject));
        return false;
      });
    });
  }
}

function failure(reply: NatsMessage | undefined, subject: string): JetStreamError {
  if (reply === undefined || reply.status === 503) {
    try {
      readReply(reply, subject);
    } catch (error) {
      return error as JetStreamError;
    }
  }
  return toError({ code: reply?.status ?? 0, description: reply?.description ?? "" }, subject);
}

/** What a slow or cut connection has left out ends the answer; the rest is asked for again. */
function withoutHoles(messages: readonly StoredMessage[]): StoredMessage[] {
  const first = messages[0]!.sequence;
  const hole = messages.findIndex(({ sequence }, index) => sequence !== first + index);
  return hole < 0 ? [...messages] : messages.slice(0, hole);
}
