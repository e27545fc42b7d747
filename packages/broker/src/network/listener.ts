import { createServer, type Server, type Socket } from "node:net";
import type { Broker } from "../broker.ts";
import { BrokerError } from "../broker-error.ts";
import { ByteBudget } from "./byte-budget.ts";
import { Connection } from "./connection.ts";
import type { ConnectionLimits } from "./connection-limits.ts";
import type { NetworkBudgets } from "./network-budgets.ts";

const BACKLOG = 1024;

export interface ListenAddress {
  readonly host: string;
  /** 0 for a free port. */
  readonly port: number;
}

/** Accepts connections on one address, within the broker's limits. */
export class Listener {
  readonly #server: Server;
  readonly #connections = new Set<Connection>();
  readonly #limits: ConnectionLimits;
  readonly #budgets: NetworkBudgets;
  #progressTimer: NodeJS.Timeout | undefined;
  #readerTimer: NodeJS.Timeout | undefined;
  #broker: Broker | undefined;
  #nextId = 1;

  /** `requestBytesMax` bounds the requests in flight, `responseBytesMax` the responses that were not taken. */
  constructor(limits: ConnectionLimits, requestBytesMax: number, responseBytesMax: number) {
    this.#limits = limits;
    this.#budgets = {
      requests: new ByteBudget(requestBytesMax),
      // Requests on their way in may hold half as much as those in flight.
      received: new ByteBudget(requestBytesMax / 2),
      responses: new ByteBudget(responseBytesMax),
    };
    this.#server = createServer({ pauseOnConnect: false }, (socket) => this.#accept(socket));
  }

  /**
   * Binds the address; returns the port. Connections are served once {@link serve} was called.
   *
   * @throws BrokerError `BROKER_NOT_AVAILABLE` when the address cannot be bound.
   */
  listen(address: ListenAddress): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", (error) => {
        const where = `${address.host}:${address.port}`;
        reject(
          new BrokerError("BROKER_NOT_AVAILABLE", `cannot listen on ${where}: ${error.message}`, {
            cause: error,
          }),
        );
      });
      this.#server.listen({ ...address, backlog: BACKLOG }, () => {
        const bound = this.#server.address();
        resolve(typeof bound === "object" && bound !== null ? bound.port : address.port);
      });
    });
  }

  /** Starts to serve; connections that came earlier were refused. */
  serve(broker: Broker): void {
    this.#broker = broker;
    this.#server.on("error", (error) => broker.logger.error({ err: error }, "the listener failed"));
    this.#progressTimer = setInterval(() => {
      for (const connection of this.#connections) connection.checkProgress();
    }, broker.config["letterpress.request.receive.timeout.ms"]).unref();
    this.#readerTimer = setInterval(() => {
      for (const connection of this.#connections) connection.checkReader();
    }, broker.config["letterpress.response.send.timeout.ms"]).unref();
  }

  /** Accepts nothing more and lets requests in flight be answered, for at most `graceMs`. */
  async close(graceMs: number): Promise<void> {
    clearInterval(this.#progressTimer);
    clearInterval(this.#readerTimer);
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const connection of this.#connections) connection.drain();
    const timer = setTimeout(() => {
      for (const connection of this.#connections) connection.destroy();
    }, graceMs);
    await closed;
    clearTimeout(timer);
  }

  #accept(socket: Socket): void {
    const broker = this.#broker;
    const address = socket.remoteAddress ?? "unknown";
    const limit = broker === undefined ? "starting" : this.#limits.enter(address);
    if (broker === undefined || limit !== undefined) {
      broker?.metrics.connectionClosed(limit ?? "starting");
      broker?.logger.warn({ client: address, limit }, "connection refused: the limit is reached");
      socket.destroy();
      return;
    }
    const connection = new Connection(socket, this.#nextId++, broker, this.#budgets);
    this.#connections.add(connection);
    broker.metrics.connections(1);
    socket.once("close", () => {
      this.#connections.delete(connection);
      this.#limits.leave(address);
      broker.metrics.connections(-1);
    });
  }
}
