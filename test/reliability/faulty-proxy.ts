import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** What the proxy does to the bytes that pass. */
export type ProxyFault = "none" | "one-byte-answers" | "no-answers" | "nothing-passes";

/** A TCP proxy in front of one address that cuts, withholds and shreds. */
export class FaultyProxy implements AsyncDisposable {
  /** `host:port` of the proxy. */
  readonly address: string;
  /** Holds for bytes that arrive from now on; what was withheld is lost, as the connection then is of no more use. */
  fault: ProxyFault = "none";
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
    this.address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** Starts on a free port; `target` is asked for at each connection, so that it may be known later. */
  static async start(target: () => string): Promise<FaultyProxy> {
    const server = createServer((downstream) => proxy.#join(downstream, target()));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const proxy = new FaultyProxy(server);
    return proxy;
  }

  /** Cuts every connection. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Ends every connection in one direction: the peers may still send. */
  halfClose(): void {
    for (const socket of this.#sockets) socket.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, "close");
  }

  #join(downstream: Socket, target: string): void {
    const [host = "", port] = target.split(":");
    const upstream = connect(Number(port), host);
    const end = (): void => {
      for (const socket of [downstream, upstream]) {
        socket.destroy();
        this.#sockets.delete(socket);
      }
    };
    for (const socket of [downstream, upstream]) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", end).on("close", end);
    }
    downstream.on("data", (bytes: Buffer) => {
      if (this.fault !== "nothing-passes") upstream.write(bytes);
    });
    upstream.on("data", (bytes: Buffer) => this.#answer(downstream, bytes));
  }

  #answer(downstream: Socket, bytes: Buffer): void {
    if (this.fault === "none") downstream.write(bytes);
    else if (this.fault === "one-byte-answers") {
      for (let at = 0; at < bytes.length; at++) downstream.write(bytes.subarray(at, at + 1));
    }
  }
}
