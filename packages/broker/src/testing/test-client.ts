import { connect, type Socket } from "node:net";
import {
  type Api,
  ApiVersions,
  correlationIdOf,
  decodeResponse,
  encodeRequest,
  FrameDecoder,
} from "@letterpress/protocol";

interface Pending {
  readonly resolve: (frame: Buffer) => void;
  readonly reject: (error: Error) => void;
}

/** A client for tests: one socket that speaks the protocol package's messages, pipelined. */
export class TestClient implements AsyncDisposable {
  readonly socket: Socket;
  /** The correlation ids of the responses, in the order in which they came. */
  readonly answered: number[] = [];
  readonly #decoder = new FrameDecoder();
  readonly #pending = new Map<number, Pending>();
  readonly #closed: Promise<void>;
  #nextId = 1;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.#decoder.push(chunk);
      for (const frame of this.#decoder) {
        const id = correlationIdOf(frame);
        this.answered.push(id);
        this.#pending.get(id)?.resolve(frame);
        this.#pending.delete(id);
      }
    });
    socket.on("error", () => {});
    this.#closed = new Promise((resolve) => {
      socket.once("close", () => {
        for (const { reject } of this.#pending.values()) reject(new Error("the connection was closed"));
        resolve();
      });
    });
  }

  static connect({ host, port }: { readonly host: string; readonly port: number }): Promise<TestClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port }, () => resolve(new TestClient(socket)));
      socket.once("error", reject);
    });
  }

  /** Sends a request and resolves with its response. */
  async send<Req, ReqInit, Res, ResInit>(
    api: Api<Req, ReqInit, Res, ResInit>,
    version: number,
    body: ReqInit,
  ): Promise<Res> {
    const frame = await this.sendRaw(encodeRequest(api, version, this.#nextId, "test", body));
    return decodeResponse(api, version, frame).body;
  }

  /** Sends a request that gets no response. */
  post<Req, ReqInit, Res, ResInit>(
    api: Api<Req, ReqInit, Res, ResInit>,
    version: number,
    body: ReqInit,
  ): void {
    this.socket.write(Buffer.concat(encodeRequest(api, version, this.#nextId++, "test", body)));
  }

  sendRaw(chunks: readonly Buffer[]): Promise<Buffer> {
    const id = this.#nextId++;
    const answer = new Promise<Buffer>((resolve, reject) => this.#pending.set(id, { resolve, reject }));
    this.socket.write(Buffer.concat(chunks));
    return answer;
  }

  /** Whether the broker still answers on this connection. */
  async isAlive(): Promise<boolean> {
    return (await this.send(ApiVersions, 0, {})).errorCode === 0;
  }

  /** Resolves when the connection has ended, whoever ended it. */
  closed(): Promise<void> {
    return this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy();
    await this.#closed;
  }
}
