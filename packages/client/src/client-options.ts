import type { ConnectionOptions as TlsConnectionOptions } from "node:tls";
import { FRAME_BYTES_MAX_DEFAULT } from "@letterpress/protocol";
import type { Sasl } from "./connection/sasl.ts";
import { LetterpressError } from "./letterpress-error.ts";
import type { SchemaIds } from "./typed/schema-ids.ts";

/** How a client reaches its brokers and registry. Times in milliseconds. */
export interface ClientOptions {
  /** Some brokers as `host:port`; the others are learnt from them. */
  readonly brokers: readonly string[];
  /** The registry of typed topics: its address, or a client of it. */
  readonly registry?: string | SchemaIds | undefined;
  /** Named in the brokers' logs and metrics. Default `letterpress`. */
  readonly clientId?: string | undefined;
  /** True, or Node's options, for brokers that speak TLS. Default false. */
  readonly tls?: boolean | TlsConnectionOptions | undefined;
  readonly sasl?: Sasl | undefined;
  /** Default 10,000. */
  readonly connectTimeoutMs?: number | undefined;
  /** Default 30,000. */
  readonly requestTimeoutMs?: number | undefined;
  /**
   * How old the knowledge of topics and leaders may become. Default 300,000; for the topics of a consumer group it is
   * never much older than 5,000, so that new partitions are soon consumed.
   */
  readonly metadataMaxAgeMs?: number | undefined;
  /** How long an unknown topic is waited for, since a new one takes time to reach every broker. Default 5,000. */
  readonly topicWaitMs?: number | undefined;
  /** Let the broker create topics that are produced to, where its configuration allows. Default false. */
  readonly allowAutoTopicCreation?: boolean | undefined;
}

/** A broker's address. */
export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
}

/** {@link ClientOptions} with every default filled in. */
export interface ResolvedClientOptions {
  readonly brokers: readonly BrokerAddress[];
  readonly clientId: string;
  readonly tls: TlsConnectionOptions | undefined;
  readonly sasl: Sasl | undefined;
  readonly connectTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly metadataMaxAgeMs: number;
  readonly topicWaitMs: number;
  readonly allowAutoTopicCreation: boolean;
  readonly frameBytesMax: number;
}

/** @throws LetterpressError `INVALID_ARGUMENT` for a missing or malformed address. */
export function resolveClientOptions(options: ClientOptions): ResolvedClientOptions {
  if (options.brokers.length === 0) {
    throw new LetterpressError("INVALID_ARGUMENT", `brokers is empty: give at least one "host:port"`);
  }
  const { tls = false } = options;
  return {
    brokers: options.brokers.map(parseAddress),
    clientId: options.clientId ?? "letterpress",
    tls: tls === false ? undefined : tls === true ? {} : tls,
    sasl: options.sasl,
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    requestTimeoutMs: options.requestTimeoutMs ?? 30_000,
    metadataMaxAgeMs: options.metadataMaxAgeMs ?? 300_000,
    topicWaitMs: options.topicWaitMs ?? 5_000,
    allowAutoTopicCreation: options.allowAutoTopicCreation ?? false,
    frameBytesMax: FRAME_BYTES_MAX_DEFAULT,
  };
}

/** Reads `host:port`; an IPv6 host stands in brackets. */
function parseAddress(text: string): BrokerAddress {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host !== undefined && port > 0 && port < 65_536) return { host, port };
  throw new LetterpressError("INVALID_ARGUMENT", `"${text}" is not a broker address such as 127.0.0.1:9092`);
}
