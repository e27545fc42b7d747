import { readFileSync } from "node:fs";
import {
  type ConnectionOptions,
  connect,
  createInbox,
  credsAuthenticator,
  ErrorCode,
  headers as makeHeaders,
  type NatsConnection,
  NatsError,
} from "nats";
import { assertReadable, connectFailure } from "./connect-failure.ts";
import type { NatsOptions } from "./nats-options.ts";

/** What the connected server says of itself. */
export interface NatsServerFacts {
  readonly version: string;
  readonly maxPayloadBytes: number;
  readonly hasJetStream: boolean;
}

export interface NatsMessage {
  readonly subject: string;
  /** Empty when there is none. */
  readonly reply: string;
  /** A view that stays valid. */
  readonly data: Buffer;
  /** Undefined when the message has no such header. */
  header(name: string): string | undefined;
  /** The status in place of a message, such as 503 when nobody listens; 0 for a message. */
  readonly status: number;
  readonly description: string;
}

export interface PublishOptions {
  readonly reply?: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
}

/** A connection to NATS. Everything that knows the client library is in this file. */
export interface NatsLink {
  readonly server: NatsServerFacts;
  /** What the server has not permitted this user so far, as `publish to "k.check"`. */
  readonly forbidden: ReadonlySet<string>;
  /** A subject of this connection alone. */
  newInbox(): string;
  /** Hands a message to the connection; it goes out when the connection is there. Throws nothing. */
  publish(subject: string, payload: Uint8Array, options?: PublishOptions): void;
  /** Returns the unsubscriber. */
  subscribe(subject: string, onMessage: (message: NatsMessage) => void): () => void;
  /** Leaves the server for the next one that is known. What was sent and not answered may be lost. */
  changeServer(): void;
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 1_500;
/** A server that does not answer is left after four seconds: the session of a broker has to outlast that, and an election. */
const PING_INTERVAL_MS = 1_000;
const PINGS_UNANSWERED_MAX = 3;
const RECONNECT_WAIT_MS = 100;
const RECONNECT_JITTER_MS = 150;
/** How often a connection that is reset is sought anew. */
const ATTEMPTS_MAX = 3;
/** What is not permitted is remembered up to so many subjects. */
const FORBIDDEN_MAX = 100;

/** @throws ClusterError `NATS_UNREACHABLE`, `NATS_UNAUTHORIZED`, `NATS_TLS`, `INVALID_OPTIONS` */
export async function connectNats(options: NatsOptions): Promise<NatsLink> {
  assertReadable(options);
  for (let attempt = 1; ; attempt++) {
    try {
      return new Link(await connectForGood(options));
    } catch (error) {
      // A server that refuses somebody over TLS may close the connection before its reason has arrived.
      if ((error as { code?: string }).code === "ECONNRESET" && attempt < ATTEMPTS_MAX) continue;
      const isRefused = error instanceof NatsError && error.isAuthError();
      throw connectFailure(error, isRefused, options);
    }
  }
}

/**
 * The library either gives up for ever when it is refused twice, also in the middle of its life, or tries for ever, also
 * at its start. A first connection finds out whether it is let in; the one that stays does not give up.
 */
async function connectForGood(options: NatsOptions): Promise<NatsConnection> {
  const settings = connectionOptions(options);
  const first = await connect({ ...settings, reconnect: false });
  await first.close();
  return connect({ ...settings, ignoreAuthErrorAbort: true });
}

class Link implements NatsLink {
  readonly forbidden = new Set<string>();
  readonly #connection: NatsConnection;
  #server: NatsServerFacts = { version: "0.0.0", maxPayloadBytes: 0, hasJetStream: false };

  constructor(connection: NatsConnection) {
    this.#connection = connection;
    void this.#noteForbidden();
  }

  /** What the server said last: while the connection is sought anew, nobody says anything. */
  get server(): NatsServerFacts {
    const { info } = this.#connection;
    if (info !== undefined) {
      const { version, max_payload: maxPayloadBytes, jetstream } = info;
      this.#server = { version, maxPayloadBytes, hasJetStream: jetstream === true };
    }
    return this.#server;
  }

  newInbox(): string {
    return createInbox();
  }

  publish(subject: string, payload: Uint8Array, { reply, headers }: PublishOptions = {}): void {
    // A closed connection drops messages like a broken one: whoever waits for an answer hears of it by its timeout.
    if (this.#connection.isClosed()) return;
    try {
      this.#connection.publish(subject, payload, {
        ...(reply === undefined ? {} : { reply }),
        ...(headers === undefined ? {} : { headers: toHeaders(headers) }),
      });
    } catch (error) {
      // So is a message that was small enough for the server that it was made for, and is not for the present one.
      if (!(error instanceof NatsError && error.code === ErrorCode.MaxPayloadExceeded)) throw error;
    }
  }

  subscribe(subject: string, onMessage: (message: NatsMessage) => void): () => void {
    const subscription = this.#connection.subscribe(subject, {
      callback: (error, message) => {
        if (error === null) onMessage(toMessage(message));
      },
    });
    return () => subscription.unsubscribe();
  }

  changeServer(): void {
    void this.#connection.reconnect();
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  async #noteForbidden(): Promise<void> {
    for await (const { permissionContext } of this.#connection.status()) {
      if (permissionContext === undefined || this.forbidden.size >= FORBIDDEN_MAX) continue;
      const { operation, subject } = permissionContext;
      this.forbidden.add(`${operation === "publish" ? "publish" : "subscribe"} to "${subject}"`);
    }
  }
}

function toHeaders(pairs: NonNullable<PublishOptions["headers"]>) {
  const headers = makeHeaders();
  for (const [name, value] of pairs) headers.set(name, value);
  return headers;
}

type LibraryMessage = Parameters<
  NonNullable<NonNullable<Parameters<NatsConnection["subscribe"]>[1]>["callback"]>
>[1];

function toMessage(message: LibraryMessage): NatsMessage {
  const { data, headers } = message;
  return {
    subject: message.subject,
    reply: message.reply ?? "",
    data: Buffer.from(data.buffer, data.byteOffset, data.byteLength),
    header: (name) => headers?.get(name) || undefined,
    status: headers?.code ?? 0,
    description: headers?.description ?? "",
  };
}

function connectionOptions(options: NatsOptions): ConnectionOptions {
  const { servers, ignoreAdvertised = false, name, user, password, token, credentialsFile } = options;
  // The library takes no notice of what a URL begins with.
  const tls = options.tls ?? (servers.some((url) => url.startsWith("tls://")) ? {} : undefined);
  return {
    servers: [...servers],
    ignoreClusterUpdates: ignoreAdvertised,
    name: name ?? "letterpress",
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { pass: password }),
    ...(token === undefined ? {} : { token }),
    ...(credentialsFile === undefined
      ? {}
      : { authenticator: credsAuthenticator(readFileSync(credentialsFile)) }),
    ...(tls === undefined ? {} : { tls }),
    timeout: CONNECT_TIMEOUT_MS,
    pingInterval: PING_INTERVAL_MS,
    maxPingOut: PINGS_UNANSWERED_MAX,
    reconnectTimeWait: RECONNECT_WAIT_MS,
    reconnectJitter: RECONNECT_JITTER_MS,
    reconnectJitterTLS: RECONNECT_JITTER_MS,
    maxReconnectAttempts: -1,
  };
}
