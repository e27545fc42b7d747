import { readFileSync } from "node:fs";
import { createConnection, isIP } from "node:net";
import {
  type ConnectionOptions,
  connect,
  credsAuthenticator,
  ErrorCode,
  headers as makeHeaders,
  type NatsConnection,
  NatsError,
  createInbox as newInbox,
} from "nats";
import { connectFailure } from "./connect-failure.ts";
import type { NatsMessage, NatsServerFacts, PublishOptions } from "./nats-message.ts";
import type { NatsOptions } from "./nats-options.ts";

export { newInbox };

/** One connection to one NATS server, for as long as it lasts. Everything that knows the client library is in this file. */
export interface NatsClient {
  readonly address: string;
  /** What the server said last. */
  readonly server: NatsServerFacts;
  /** The servers that this one tells of, as `host:port`. */
  readonly advertised: readonly string[];
  /** Resolves when the connection is no more, whoever has ended it. */
  readonly ended: Promise<unknown>;
  /** Throws nothing; what is too large for the server, or comes after the end, is dropped. */
  publish(subject: string, payload: Uint8Array, options: PublishOptions): void;
  /** Returns the unsubscriber. */
  subscribe(subject: string, onMessage: (message: NatsMessage) => void): () => void;
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 1_500;
/** A server that does not answer is left after four seconds: the session of a broker has to outlast that, and an election. */
const PING_INTERVAL_MS = 1_000;
const PINGS_UNANSWERED_MAX = 3;
const PORT = 4222;

/**
 * Connects to the server at `address`, and to no other.
 *
 * The library can connect again by itself, but then a server that was given up and comes back late makes it leave the next
 * one, too, while it still reads from it: two servers' bytes become one message, with the place of one and the content of
 * another. So its connections are used once.
 *
 * @param onForbidden told what the server does not permit this user.
 * @throws ClusterError `NATS_UNREACHABLE`, `NATS_UNAUTHORIZED`, `NATS_TLS`, `INVALID_OPTIONS`
 */
export async function connectClient(
  address: string,
  options: NatsOptions,
  onForbidden: (what: string) => void,
): Promise<NatsClient> {
  try {
    return new Client(address, await connect(connectionOptions(address, options)), onForbidden);
  } catch (error) {
    throw connectFailure(error, error instanceof NatsError && error.isAuthError(), options);
  }
}

/**
 * Whether whatever listens at `address` greets as a NATS server does. One that takes connections and says nothing is told
 * from this, for the library never closes a connection on which it was not greeted.
 */
export function isGreeting(address: string): Promise<boolean> {
  const { host, port } = parseAddress(address);
  return new Promise((resolve) => {
    const socket = createConnection({ host, port });
    const end = (isGreeted: boolean): void => {
      socket.destroy();
      resolve(isGreeted);
    };
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => end(false));
    socket.once("data", () => end(true));
    socket.once("error", () => end(false));
    socket.once("close", () => end(false));
  });
}

/** Addresses of which no two lead to the same port of a host, the first ones kept. */
export function withoutRepeats(addresses: readonly string[]): string[] {
  const known = new Map<string, string>();
  for (const address of addresses) {
    const { host, port } = parseAddress(address);
    if (!known.has(`${host} ${port}`)) known.set(`${host} ${port}`, address);
  }
  return [...known.values()];
}

class Client implements NatsClient {
  readonly address: string;
  readonly ended: Promise<unknown>;
  readonly #connection: NatsConnection;
  #info: NonNullable<NatsConnection["info"]>;

  constructor(address: string, connection: NatsConnection, onForbidden: (what: string) => void) {
    this.address = address;
    this.ended = connection.closed();
    this.#connection = connection;
    this.#info = connection.info!;
    void this.#follow(onForbidden);
  }

  get server(): NatsServerFacts {
    const { version, max_payload: maxPayloadBytes, jetstream } = this.#known();
    return { version, maxPayloadBytes, hasJetStream: jetstream === true };
  }

  get advertised(): readonly string[] {
    // What leads nowhere, as an address with a zone does, is of no use here.
    return (this.#known().connect_urls ?? []).filter((address) => URL.canParse(urlOf(address)));
  }

  publish(subject: string, payload: Uint8Array, { reply, headers }: PublishOptions): void {
    if (this.#connection.isClosed()) return;
    try {
      this.#connection.publish(subject, payload, {
        ...(reply === undefined ? {} : { reply }),
        ...(headers === undefined ? {} : { headers: toHeaders(headers) }),
      });
    } catch (error) {
      // A message may be small enough for the server that it was made for, and not for this one.
      if (!(error instanceof NatsError && error.code === ErrorCode.MaxPayloadExceeded)) throw error;
    }
  }

  subscribe(subject: string, onMessage: (message: NatsMessage) => void): () => void {
    if (this.#connection.isClosed()) return () => {};
    const subscription = this.#connection.subscribe(subject, {
      callback: (error, message) => {
        if (error === null) onMessage(toMessage(message));
      },
    });
    return () => subscription.unsubscribe();
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  /** The library forgets what the server said when the connection ends. */
  #known(): NonNullable<NatsConnection["info"]> {
    this.#info = this.#connection.info ?? this.#info;
    return this.#info;
  }

  async #follow(onForbidden: (what: string) => void): Promise<void> {
    for await (const { permissionContext } of this.#connection.status()) {
      this.#known();
      if (permissionContext === undefined) continue;
      const { operation, subject } = permissionContext;
      onForbidden(`${operation === "publish" ? "publish" : "subscribe"} to "${subject}"`);
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

function connectionOptions(address: string, options: NatsOptions): ConnectionOptions {
  const { servers, name, user, password, token, credentialsFile } = options;
  // The library takes no notice of what a URL begins with.
  const tls = options.tls ?? (servers.some((url) => url.startsWith("tls://")) ? {} : undefined);
  return {
    servers: [address],
    ignoreClusterUpdates: true,
    reconnect: false,
    name: name ?? "letterpress",
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { pass: password }),
    ...(token === undefined ? {} : { token }),
    ...(credentialsFile === undefined
      ? {}
      : { authenticator: credsAuthenticator(readFileSync(credentialsFile)) }),
    ...(tls === undefined ? {} : { tls: { ...tls, ...certifiedName(address, servers) } }),
    timeout: CONNECT_TIMEOUT_MS,
    pingInterval: PING_INTERVAL_MS,
    maxPingOut: PINGS_UNANSWERED_MAX,
  };
}

/** Servers tell each other's IP addresses, but show certificates that are made out to names such as the one that was given. */
function certifiedName(address: string, servers: readonly string[]): { readonly servername?: string } {
  if (servers.includes(address) || isIP(parseAddress(address).host) === 0) return {};
  const name = servers.map((server) => parseAddress(server).host).find((host) => isIP(host) === 0);
  return name === undefined ? {} : { servername: name };
}

function parseAddress(address: string): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(urlOf(address));
  return { host: hostname.replace(/^\[|\]$/g, ""), port: port === "" ? PORT : Number(port) };
}

function urlOf(address: string): string {
  return address.includes("://") ? address : `nats://${address}`;
}
