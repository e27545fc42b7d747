import { FaultyProxy } from "../reliability/faulty-proxy.ts";

/** The routes between the servers of a NATS cluster, each through a proxy of its own, so that servers can be cut off. */
export class NatsRoutes implements AsyncDisposable {
  /** By the index of the server that connects, then of the one it connects to. */
  readonly #proxies: readonly (readonly (FaultyProxy | undefined)[])[];

  private constructor(proxies: readonly (readonly (FaultyProxy | undefined)[])[]) {
    this.#proxies = proxies;
  }

  /** @param ports on which the servers listen for routes. */
  static async open(ports: readonly number[]): Promise<NatsRoutes> {
    const to = (port: number): Promise<FaultyProxy> => FaultyProxy.start(() => `127.0.0.1:${port}`);
    const rows = ports.map((_, from) =>
      Promise.all(ports.map((port, at) => (at === from ? undefined : to(port)))),
    );
    return new NatsRoutes(await Promise.all(rows));
  }

  /** The addresses at which a server reaches the others, as `host:port`. */
  from(index: number): string[] {
    return this.#proxies[index]!.flatMap((proxy) => proxy?.address ?? []);
  }

  /** Lets nothing pass between one server and the others; nobody is told, as when a cable is pulled. */
  isolate(index: number): void {
    for (const proxy of this.#of(index)) proxy.fault = "nothing-passes";
  }

  /** Lets the server reach the others again, over new connections. */
  rejoin(index: number): void {
    for (const proxy of this.#of(index)) {
      proxy.fault = "none";
      proxy.cut();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const proxy of this.#proxies.flat()) await proxy?.[Symbol.asyncDispose]();
  }

  #of(index: number): FaultyProxy[] {
    const pairs = this.#proxies.flatMap((row, from) => row.map((proxy, to) => ({ from, to, proxy })));
    return pairs.flatMap(({ from, to, proxy }) => (proxy && (from === index || to === index) ? [proxy] : []));
  }
}
