import { setTimeout as delay } from "node:timers/promises";
import { ClusterError } from "../cluster-error.ts";
import { assertAddresses, assertReadable } from "./connect-failure.ts";
import { connectClient, isGreeting, type NatsClient, newInbox, withoutRepeats } from "./nats-client.ts";
import type { NatsMessage, NatsServerFacts, PublishOptions } from "./nats-message.ts";
import type { NatsOptions } from "./nats-options.ts";

/** A way to NATS that lasts: over one connection after the other, to whichever server answers. */
export interface NatsLink {
  /** Of the server that is connected, or was last. */
  readonly server: NatsServerFacts;
  /** What the server has not permitted this user so far, as `publish to "k.check"`. */
  readonly forbidden: ReadonlySet<string>;
  /** A subject of this link alone. */
  newInbox(): string;
  /**
   * Hands a message to the connection. Without one it is dropped, like what was on its way when one broke: whoever waits for
   * an answer hears of it by its timeout. Throws nothing.
   */
  publish(subject: string, payload: Uint8Array, options?: PublishOptions): void;
  /** Lasts until the unsubscriber, which it returns, is called. */
  subscribe(subject: string, onMessage: (message: NatsMessage) => void): () => void;
  /** Leaves the server for another one that is known. What was sent and not answered may be lost. */
  changeServer(): void;
  close(): Promise<void>;
}

interface Subscription {
  readonly subject: string;
  readonly onMessage: (message: NatsMessage) => void;
  unsubscribe: () => void;
}

const RECONNECT_WAIT_MS = 100;
const RECONNECT_JITTER_MS = 150;
/** A server that ends connections as soon as they are made is not asked for the next one at once. */
const SHORT_LIVED_MS = 1_000;
/** How often a server that resets the connection is asked anew. */
const ATTEMPTS_MAX = 3;
/** What is not permitted is remembered up to so many subjects. */
const FORBIDDEN_MAX = 100;

/** @throws ClusterError `NATS_UNREACHABLE`, `NATS_UNAUTHORIZED`, `NATS_TLS`, `INVALID_OPTIONS` */
export async function connectNats(options: NatsOptions): Promise<NatsLink> {
  assertAddresses(options);
  assertReadable(options);
  const link = new Link(options);
  await link.connect();
  return link;
}

class Link implements NatsLink {
  readonly forbidden = new Set<string>();
  readonly #options: NatsOptions;
  readonly #subscriptions = new Set<Subscription>();
  /** The connection that is there, or was last. */
  #client!: NatsClient;
  #isClosed = false;

  constructor(options: NatsOptions) {
    this.#options = options;
  }

  get server(): NatsServerFacts {
    return this.#client.server;
  }

  /** Tries each server that was given. Throws what tells most of why none was of use. */
  async connect(): Promise<void> {
    let failure: unknown;
    for (const address of shuffled(this.#options.servers)) {
      for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
        try {
          return this.#use(await this.#open(address));
        } catch (error) {
          // What a server says of the user tells more than that another one does not answer.
          if (!(failure instanceof ClusterError) || failure.code === "NATS_UNREACHABLE") failure = error;
          // A server that refuses somebody over TLS may close the connection before its reason has arrived.
          if (((error as Error).cause as { code?: string } | undefined)?.code !== "ECONNRESET") break;
        }
      }
    }
    throw failure;
  }

  newInbox(): string {
    return newInbox();
  }

  publish(subject: string, payload: Uint8Array, options: PublishOptions = {}): void {
    this.#client.publish(subject, payload, options);
  }

  subscribe(subject: string, onMessage: (message: NatsMessage) => void): () => void {
    const unsubscribe = this.#client.subscribe(subject, onMessage);
    const subscription = { subject, onMessage, unsubscribe };
    this.#subscriptions.add(subscription);
    return () => {
      this.#subscriptions.delete(subscription);
      subscription.unsubscribe();
    };
  }

  changeServer(): void {
    void this.#client.close();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#client.close();
  }

  #open(address: string): Promise<NatsClient> {
    return connectClient(address, this.#options, (what) => {
      if (this.forbidden.size < FORBIDDEN_MAX) this.forbidden.add(what);
    });
  }

  #use(client: NatsClient): void {
    this.#client = client;
    for (const subscription of this.#subscriptions) {
      subscription.unsubscribe = client.subscribe(subscription.subject, subscription.onMessage);
    }
    const usedMs = performance.now();
    void client.ended.then(() => this.#connectAgain(performance.now() - usedMs < SHORT_LIVED_MS));
  }

  async #connectAgain(isLater: boolean): Promise<void> {
    for (let waits = isLater; !this.#isClosed; waits = true) {
      if (waits) await delay(RECONNECT_WAIT_MS + Math.random() * RECONNECT_JITTER_MS);
      for (const address of this.#others()) {
        const client = await this.#tryOpen(address);
        if (client === undefined) continue;
        if (this.#isClosed) await client.close();
        else this.#use(client);
        return;
      }
    }
  }

  /** Undefined when there is no connecting now, for whatever reason: one that was let in once does not give up. */
  async #tryOpen(address: string): Promise<NatsClient | undefined> {
    if (this.#isClosed || !(await isGreeting(address))) return undefined;
    return this.#open(address).catch(() => undefined);
  }

  /** Every server that is known, the one that was connected last at the end. */
  #others(): string[] {
    const { servers, ignoreAdvertised = false } = this.#options;
    const { address: last, advertised } = this.#client;
    const known = withoutRepeats([last, ...servers, ...(ignoreAdvertised ? [] : advertised)]);
    return [...shuffled(known.slice(1)), last];
  }
}

function shuffled<T>(items: readonly T[]): T[] {
  const left = [...items];
  const result: T[] = [];
  while (left.length > 0) result.push(...left.splice(Math.floor(Math.random() * left.length), 1));
  return result;
}
