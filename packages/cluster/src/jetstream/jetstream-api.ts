import type { NatsMessage } from "../nats/nats-message.ts";
import type { ReplyMux } from "../nats/reply-mux.ts";
import { JetStreamError } from "./jetstream-error.ts";

/** JetStream's own number for a stream that does not exist. */
const STREAM_NOT_FOUND = 10059;
/** And for an account that may not use it at all. */
export const NOT_ENABLED_FOR_ACCOUNT = 10039;
/** And for want of servers to keep a stream on. */
const NO_SUITABLE_PEERS = 10005;
const INFO_TIMEOUT_MS = 1_000;
const CHANGE_TIMEOUT_MS = 5_000;

export interface StreamConfig {
  readonly name: string;
  readonly subjects: readonly string[];
  readonly num_replicas: number;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly [option: string]: unknown;
}

export interface StreamReplica {
  readonly name: string;
  readonly current: boolean;
  readonly offline?: boolean;
  /** In messages. */
  readonly lag?: number;
  /** How long ago the leader heard of it, in nanoseconds. */
  readonly active?: number;
}

export interface StreamInfo {
  readonly config: StreamConfig;
  readonly state: {
    readonly messages: number;
    readonly bytes: number;
    readonly first_seq: number;
    readonly last_seq: number;
  };
  /** In the answer to a creation: whether the stream is new. */
  readonly did_create?: boolean;
  readonly cluster?: { readonly leader?: string; readonly replicas?: readonly StreamReplica[] };
}

/** What an account may keep; -1 is without limit, and so is 0 for streams. */
export interface AccountLimits {
  readonly max_streams: number;
  /** In bytes. */
  readonly max_storage: number;
}

/** What an account keeps. */
export interface AccountUse {
  readonly streams: number;
  /** In bytes. */
  readonly storage: number;
  readonly limits: AccountLimits;
}

export interface AccountInfo extends AccountUse {
  /** By replication factor as `R3`, where the account's limits differ by it; the others do not hold then. */
  readonly tiers?: Readonly<Record<string, AccountUse>>;
}

/** Streams as a survey finds them. */
export interface StreamSurvey {
  readonly found: readonly StreamInfo[];
  /** The names of those that have no leader now. */
  readonly leaderless: readonly string[];
}

interface Page<T> {
  readonly total: number;
  readonly limit: number;
  readonly streams: readonly T[] | null;
  readonly missing?: readonly string[];
}

interface ApiError {
  readonly code?: number;
  readonly err_code?: number;
  readonly description?: string;
}

/** The parts of JetStream's JSON interface that the log needs. Every method throws `JetStreamError`. */
export class JetStreamApi {
  readonly mux: ReplyMux;

  constructor(mux: ReplyMux) {
    this.mux = mux;
  }

  accountInfo(): Promise<AccountInfo> {
    return this.call("INFO", {}, INFO_TIMEOUT_MS);
  }

  /** Creating a stream that exists with the same configuration gives the one that exists. */
  createStream(config: StreamConfig): Promise<StreamInfo> {
    return this.call(`STREAM.CREATE.${config.name}`, config, CHANGE_TIMEOUT_MS);
  }

  /** Gives a stream that exists another configuration. */
  async updateStream(config: StreamConfig): Promise<void> {
    await this.call(`STREAM.UPDATE.${config.name}`, config, CHANGE_TIMEOUT_MS);
  }

  /** Undefined when there is no such stream. One without a leader may never answer. */
  async streamInfo(name: string, timeoutMs = INFO_TIMEOUT_MS): Promise<StreamInfo | undefined> {
    try {
      return await this.call<StreamInfo>(`STREAM.INFO.${name}`, {}, timeoutMs);
    } catch (error) {
      if (error instanceof JetStreamError && error.errorNumber === STREAM_NOT_FOUND) return undefined;
      throw error;
    }
  }

  /** Purges first: a server may show an old stream's messages when one of the same name is made right afterwards. */
  async deleteStream(name: string): Promise<void> {
    try {
      await this.call(`STREAM.PURGE.${name}`, {}, CHANGE_TIMEOUT_MS);
      await this.call(`STREAM.DELETE.${name}`, {}, CHANGE_TIMEOUT_MS);
    } catch (error) {
      if (!(error instanceof JetStreamError && error.errorNumber === STREAM_NOT_FOUND)) throw error;
    }
  }

  /** Removes every message before `sequence`. */
  async purgeBefore(name: string, sequence: number): Promise<void> {
    await this.call(`STREAM.PURGE.${name}`, { seq: sequence }, CHANGE_TIMEOUT_MS);
  }

  /** Every stream whose subjects match. */
  listStreams(subject: string): Promise<StreamInfo[]> {
    return this.#list<StreamInfo>("STREAM.LIST", subject);
  }

  /** Every stream whose subjects match, and those that exist but do not answer. */
  async surveyStreams(subject: string): Promise<StreamSurvey> {
    const found: StreamInfo[] = [];
    const leaderless: string[] = [];
    for await (const { streams, missing } of this.#pages<StreamInfo>("STREAM.LIST", subject)) {
      found.push(...(streams ?? []));
      leaderless.push(...(missing ?? []));
    }
    return { found, leaderless };
  }

  /** The name of every stream whose subjects match; cheaper than all about them. */
  listStreamNames(subject: string): Promise<string[]> {
    return this.#list<string>("STREAM.NAMES", subject);
  }

  /** One JSON request to `$JS.API`. */
  async call<T>(endpoint: string, body: unknown, timeoutMs: number): Promise<T> {
    const payload = Buffer.from(JSON.stringify(body));
    const reply = await this.mux.request(`$JS.API.${endpoint}`, payload, timeoutMs);
    const answer = readReply<T>(reply, endpoint);
    if (answer.error !== undefined) throw toError(answer.error, endpoint);
    return answer as T;
  }

  async #list<T>(endpoint: string, subject: string): Promise<T[]> {
    const found: T[] = [];
    for await (const { streams } of this.#pages<T>(endpoint, subject)) found.push(...(streams ?? []));
    return found;
  }

  async *#pages<T>(endpoint: string, subject: string): AsyncIterable<Page<T>> {
    for (let offset = 0; ; ) {
      const page = await this.call<Page<T>>(endpoint, { subject, offset }, CHANGE_TIMEOUT_MS);
      yield page;
      // A page counts the streams of which nobody answers, too, so that it may hold fewer than it goes on by.
      offset += Math.max(1, page.limit);
      if (offset >= page.total) return;
    }
  }
}

/** @throws JetStreamError `UNAVAILABLE`, `TIMED_OUT`, `REFUSED` */
export function readReply<T>(
  reply: NatsMessage | undefined,
  what: string,
): T & { readonly error?: ApiError } {
  if (reply === undefined) throw new JetStreamError("TIMED_OUT", `${what} was not answered in time`);
  if (reply.status === 503) throw new JetStreamError("UNAVAILABLE", `nobody answers ${what}`);
  try {
    return JSON.parse(reply.data.toString());
  } catch (error) {
    throw new JetStreamError("REFUSED", `${what} was answered with something that is no JSON`, {
      cause: error,
    });
  }
}

export function toError({ code, err_code, description }: ApiError, what: string): JetStreamError {
  // An account that JetStream is off for will not have it in a moment, though that is answered as if it might.
  // Servers that were started together are offline to each other for a moment.
  const isStarting = err_code === NO_SUITABLE_PEERS && description?.includes("peer offline") === true;
  const mayPass = isStarting || (code === 503 && err_code !== NOT_ENABLED_FOR_ACCOUNT);
  const kind = mayPass ? "UNAVAILABLE" : "REFUSED";
  return new JetStreamError(kind, `${what}: ${description ?? "no reason given"}`, {
    errorNumber: err_code ?? 0,
  });
}
