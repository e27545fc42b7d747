import type { Api } from "@letterpress/protocol";
import type { Broker } from "./broker.ts";
import type { ResponseMemory } from "./network/response-memory.ts";

/** What a handler knows of the request besides its body. */
export interface RequestContext {
  readonly broker: Broker;
  readonly apiVersion: number;
  readonly clientId: string | null;
  /** The peer's address as Kafka prints it, `/127.0.0.1`. */
  readonly clientHost: string;
  /** One per connection, for what lives as long as it does. */
  readonly connectionId: number;
  /** What the response takes until it is sent. It is counted by itself; who reads much counts ahead. */
  readonly memory: ResponseMemory;
  /**
   * Aborted when the connection ends, so that long polls stop waiting; with a `ConnectionFault` where the broker has
   * ended it.
   */
  readonly signal: AbortSignal;
}

/**
 * Answers the requests of one API. It runs synchronously up to its first wait, in the order in which the
 * connection's requests arrived; undefined means that the protocol wants no response (acks=0).
 */
export interface Handler<Req = unknown, ResInit = unknown> {
  // biome-ignore lint/suspicious/noExplicitAny: the list of handlers mixes all APIs
  readonly api: Api<Req, any, any, ResInit>;
  handle(request: Req, context: RequestContext): ResInit | undefined | Promise<ResInit | undefined>;
}

/** Ties a handler to its API, so that its request and response are inferred from the message schema. */
export function handler<Req, ReqInit, Res, ResInit>(
  api: Api<Req, ReqInit, Res, ResInit>,
  handle: Handler<Req, ResInit>["handle"],
): Handler<Req, ResInit> {
  return { api, handle };
}
