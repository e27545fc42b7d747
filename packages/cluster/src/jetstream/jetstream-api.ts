import type { NatsMessage } from "../nats/nats-link.ts";
import type { ReplyMux } from "../nats/reply-mux.ts";
import { JetStreamError } from "./jetstream-error.ts";

/** JetStream's own number for a stream that does not exist. */
const STREAM_NOT_FOUND = 10059;
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
  readonly lag?: number;
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

/** What an account may keep; -1 is without limit. */
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

  /** Undefined when there is no such stream. */
  async streamInfo(name: string): Promise<StreamInfo | undefined> {
    try {
      return await this.call<StreamInfo>(`STREAM.INFO.${name}`, {}, INFO_TIMEOUT_MS);
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
  async listStreams(subject: string): Promise<StreamInfo[]> {
    const found: StreamInfo[] = [];
    for (;;) {
      const page = await this.call<{
        readonly total: number;
        readonly streams: readonly StreamInfo[] | null;
      }>("STREAM.LIST", { subject, offset: found.length }, CHANGE_TIMEOUT_MS);
      const streams = page.streams ?? [];
      found.push(...streams);
      if (streams.length === 0 || found.length >= page.total) return found;
    }
  }

  /** One JSON request to `$JS.API`. */
  async call<T>(endpoint: string, body: unknown, timeoutMs: number): Promise<T> {
    const payload = Buffer.from(JSON.stringify(body));
    const reply = await this.mux.request(`$JS.API.${endpoint}`, payload, timeoutMs);
    const answer = readReply<T>(reply, endpoint);
    if (answer.error !== undefined) throw toError(answer.error, endpoint);
    return answer as T;
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
  const kind = code === 503 ? "UNAVAILABLE" : "REFUSED";
  return new JetStreamError(kind, `${what}: ${description ?? "no reason given"}`, {
    errorNumber: err_code ?? 0,
  });
}
