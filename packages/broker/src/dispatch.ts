import {
  ApiVersions,
  decodeRequestBody,
  ERRORS,
  encodeResponse,
  readRequestHeader,
} from "@letterpress/protocol";
import { Reader } from "@letterpress/wire";
import type { Broker } from "./broker.ts";
import { ConnectionFault } from "./connection-fault.ts";
import type { Handler } from "./handler.ts";
import { API_VERSION_RANGES, HANDLERS_BY_KEY } from "./handlers/index.ts";
import type { ResponseMemory } from "./network/response-memory.ts";

/**
 * What a request may name in all its lists together: topics, partitions, configs, members. Far above what clients ask in one
 * request; it bounds the work and the memory that one frame can cause.
 */
export const REQUEST_ELEMENTS_MAX = 200_000;
/** About what an element takes once it is an object. */
const ELEMENT_BYTES = 128;

/** What a request knows of the connection it came from. */
export interface ConnectionContext {
  readonly clientHost: string;
  readonly connectionId: number;
  readonly signal: AbortSignal;
}

/** A frame that was read far enough to be run. */
export interface PreparedRequest {
  readonly apiKey: number;
  readonly apiName: string;
  readonly apiVersion: number;
  /** What it takes in memory, about. */
  readonly sizeBytes: number;
  /**
   * Runs the handler; the response is a frame in chunks, or undefined where the protocol wants none. What it is made of
   * may be lent to `memory`.
   */
  run(memory: ResponseMemory): Promise<Buffer[] | undefined>;
}

/**
 * Reads a request's header and body and finds its handler.
 *
 * @throws ConnectionFault for an unknown API or version; WireError and ProtocolError for bytes that are no request.
 */
export function prepareRequest(
  frame: Buffer,
  broker: Broker,
  connection: ConnectionContext,
): PreparedRequest {
  const reader = new Reader(frame, 0, frame.length, REQUEST_ELEMENTS_MAX);
  const { apiKey, apiVersion, correlationId, clientId, api } = readRequestHeader(reader);
  const handler = HANDLERS_BY_KEY.get(apiKey);
  if (api === undefined || handler === undefined) {
    throw new ConnectionFault("unknown-api", `API key ${apiKey} is not served`);
  }
  if (!api.supports(apiVersion)) {
    if (apiKey !== ApiVersions.key) {
      throw new ConnectionFault("unsupported-version", `${api.name} version ${apiVersion} is not served`);
    }
    return {
      apiKey,
      apiName: api.name,
      apiVersion,
      sizeBytes: frame.length,
      run: async () => unsupportedVersion(correlationId),
    };
  }
  const request = decodeRequestBody(api, apiVersion, reader);
  return {
    apiKey,
    apiName: api.name,
    apiVersion,
    sizeBytes: frame.length + reader.elementCount * ELEMENT_BYTES,
    run: (memory) =>
      answer(handler, request, correlationId, { broker, apiVersion, clientId, memory, ...connection }),
  };
}

async function answer(
  handler: Handler,
  request: unknown,
  correlationId: number,
  context: Parameters<Handler["handle"]>[1],
): Promise<Buffer[] | undefined> {
  const startedMs = performance.now();
  const response = await handler.handle(request, context);
  const { errorCode = 0 } = (response ?? {}) as { readonly errorCode?: number };
  const { metrics } = context.broker;
  metrics.request(handler.api.name, context.apiVersion, errorCode, performance.now() - startedMs);
  if (response === undefined) return undefined;
  try {
    return encodeResponse(handler.api, context.apiVersion, correlationId, response);
  } catch (error) {
    // Our own mistake, not the peer's: it must not pass for a malformed request.
    throw new Error(`the response to ${handler.api.name} cannot be written`, { cause: error });
  }
}

/** A client that asks in a version we do not know is answered in version 0, with the versions we do (KIP-511). */
function unsupportedVersion(correlationId: number): Buffer[] {
  return encodeResponse(ApiVersions, 0, correlationId, {
    errorCode: ERRORS.UNSUPPORTED_VERSION.code,
    apiKeys: API_VERSION_RANGES,
  });
}
