import type { Socket } from "node:net";
import {
  type AnyApi,
  type Api,
  ApiVersions,
  correlationIdOf,
  decodeResponse,
  encodeRequest,
  FrameDecoder,
} from "@letterpress/protocol";
import { Reader } from "@letterpress/wire";
import type { BrokerAddress, ResolvedClientOptions } from "../client-options.ts";
import { LetterpressError } from "../letterpress-error.ts";
import { type BrokerVersions, readVersionAnswer } from "./api-versions.ts";
import { authenticate } from "./authenticate.ts";
import { dial } from "./dial.ts";
import { RequestQueue } from "./request-queue.ts";

const SOFTWARE_NAME = "letterpress";
const SOFTWARE_VERSION = "0.1.0";
/** Of a correlation id in a response frame, behind which a version 0 header ends. */
const CORRELATION_ID_BYTES = 4;
const CORRELATION_ID_MAX = 0x7fffffff;
/** More requests than this on one connection are a fault of ours: producers and fetchers keep their own bounds. */
const IN_FLIGHT_MAX = 1024;

export interface RequestOptions {
  /** Default: the newest that both sides speak. */
  readonly version?: number | undefined;
  /** Default: the client's request timeout. */
  readonly timeoutMs?: number | undefined;
}

/**
 * One connection to one broker. Requests are pipelined: each is written at once and answered in order. A request
 * that times out closes the connection, since every later answer would come late as well.
 */
export class Connection {
  readonly address: BrokerAddress;
  readonly #options: ResolvedClientOptions;
  readonly #socket: Socket;
  readonly #frames: FrameDecoder;
  readonly #queue: RequestQueue;
  #correlationId = 0;
  #versions: BrokerVersions | undefined;
  #closedBy: LetterpressError | undefined;
  #onClose: (() => void) | undefined;

  /** Connects, asks for the broker's versions and authenticates. */
  static async open(address: BrokerAddress, options: ResolvedClientOptions): Promise<Connection> {
    const connection = new Connection(address, options, await dial(address, options));
    try {
      connection.#versions = await connection.#negotiate();
      if (options.sasl !== undefined) await authenticate(connection, options.sasl);
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  private constructor(address: BrokerAddress, options: ResolvedClientOptions, socket: Socket) {
    this.address = address;
    this.#options = options;
    this.#socket = socket;
    this.#frames = new FrameDecoder(options.frameBytesMax);
    this.#queue = new RequestQueue(({ apiName }) =>
      this.#close("REQUEST_TIMEOUT", `${apiName} was not answered in time`),
    );
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    socket.on("error", (error) => this.#close("CONNECTION_FAILED", error.message, error));
    socket.on("close", () => this.#close("CONNECTION_FAILED", "the broker closed the connection"));
  }

  get isOpen(): boolean {
    return this.#closedBy === undefined;
  }

  /** How many requests await their response. */
  get inFlightCount(): number {
    return this.#queue.size;
  }

  /** Whether the broker speaks a version of the API that this build speaks. */
  supports(api: AnyApi): boolean {
    return this.#versions?.supports(api) ?? false;
  }

  /** The version `request` would use, at most `max`. Throws `UNSUPPORTED_VERSION`. */
  versionOf(api: AnyApi, max?: number): number {
    return this.#versions!.pick(api, max);
  }

  /** Called once, when the connection is closed, by whom ever. */
  set onClose(listener: () => void) {
    this.#onClose = listener;
  }

  /**
   * Sends a request; resolves with the response. Error codes in the response are the caller's to read.
   *
   * @throws LetterpressError `CONNECTION_FAILED`, `REQUEST_TIMEOUT`, `UNSUPPORTED_VERSION`, `PROTOCOL_VIOLATION`.
   */
  request<Req, ReqInit, Res, ResInit>(
    api: Api<Req, ReqInit, Res, ResInit>,
    body: ReqInit,
    options: RequestOptions = {},
  ): Promise<Res> {
    const version = options.version ?? this.versionOf(api);
    return this.#exchange(
      api,
      version,
      body,
      (frame) => decodeResponse(api, version, frame).body,
      options.timeoutMs ?? this.#options.requestTimeoutMs,
    );
  }

  /** Sends a request that the broker does not answer: Produce with `acks: 0`. */
  sendOnly<Req, ReqInit, Res, ResInit>(api: Api<Req, ReqInit, Res, ResInit>, body: ReqInit): void {
    this.#throwIfClosed();
    const { clientId } = this.#options;
    this.#write(encodeRequest(api, this.versionOf(api), this.#nextCorrelationId(), clientId, body));
  }

  close(): void {
    this.#close("CLOSED", "the connection was closed");
  }

  /** Gives up on what is in flight, as if it had timed out. */
  abandon(reason: string): void {
    this.#close("REQUEST_TIMEOUT", reason);
  }

  async #negotiate(): Promise<BrokerVersions> {
    let version = ApiVersions.versions[1];
    for (;;) {
      const body = { clientSoftwareName: SOFTWARE_NAME, clientSoftwareVersion: SOFTWARE_VERSION };
      const asked = version;
      const answer = await this.#exchange(
        ApiVersions,
        asked,
        body,
        (frame) => readVersionAnswer(asked, new Reader(frame, CORRELATION_ID_BYTES)),
        // The system accepts connections also for a process that is stopped: this is still a part of connecting.
        Math.min(this.#options.connectTimeoutMs, this.#options.requestTimeoutMs),
      );
      if ("versions" in answer) return answer.versions;
      version = answer.retryVersion;
    }
  }

  #exchange<Req, ReqInit, Res, ResInit, Answer>(
    api: Api<Req, ReqInit, Res, ResInit>,
    version: number,
    body: ReqInit,
    decode: (frame: Buffer) => Answer,
    timeoutMs: number,
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#throwIfClosed();
      if (this.#queue.size >= IN_FLIGHT_MAX) {
        throw new LetterpressError("CONNECTION_FAILED", `${IN_FLIGHT_MAX} requests are in flight already`, {
          retriable: true,
        });
      }
      const correlationId = this.#nextCorrelationId();
      const chunks = encodeRequest(api, version, correlationId, this.#options.clientId, body);
      this.#queue.push({
        correlationId,
        apiName: api.name,
        deadlineMs: performance.now() + timeoutMs,
        settle: (frame) => {
          try {
            resolve(decode(frame));
          } catch (error) {
            reject(LetterpressError.from(error));
            throw error;
          }
        },
        fail: reject,
      });
      this.#write(chunks);
    });
  }

  #write(chunks: readonly Buffer[]): void {
    const socket = this.#socket;
    if (chunks.length === 1) {
      socket.write(chunks[0]!);
      return;
    }
    socket.cork();
    for (const chunk of chunks) socket.write(chunk);
    socket.uncork();
  }

  #receive(chunk: Buffer): void {
    try {
      this.#frames.push(chunk);
      for (let frame = this.#frames.next(); frame !== undefined; frame = this.#frames.next()) {
        if (frame.length < CORRELATION_ID_BYTES) {
          throw new LetterpressError("PROTOCOL_VIOLATION", `a response frame has ${frame.length} bytes`);
        }
        this.#queue.shift(correlationIdOf(frame)).settle(frame);
      }
    } catch (error) {
      const cause = LetterpressError.from(error);
      this.#close(cause.code, cause.message, cause);
    }
  }

  #nextCorrelationId(): number {
    this.#correlationId = this.#correlationId === CORRELATION_ID_MAX ? 1 : this.#correlationId + 1;
    return this.#correlationId;
  }

  #throwIfClosed(): void {
    if (this.#closedBy !== undefined) throw this.#closedBy;
  }

  #close(code: LetterpressError["code"], reason: string, cause?: Error): void {
    if (this.#closedBy !== undefined) return;
    const { host, port } = this.address;
    const error = new LetterpressError(code, `${host}:${port}: ${reason}`, { cause, retriable: true });
    this.#closedBy = error;
    this.#socket.destroy();
    this.#queue.failAll(error);
    this.#onClose?.();
  }
}
