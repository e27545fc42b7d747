import type { Socket } from "node:net";
import { ProtocolError } from "@letterpress/protocol";
import { WireError } from "@letterpress/wire";
import type { Broker } from "../broker.ts";
import { ConnectionFault, IDLE } from "../connection-fault.ts";
import { prepareRequest } from "../dispatch.ts";
import { type Arrival, InFlight } from "./in-flight.ts";
import { Intake } from "./intake.ts";
import type { NetworkBudgets } from "./network-budgets.ts";
import { Outbox } from "./outbox.ts";

/** A peer that leaves this much unread is not served further until it reads. */
const UNREAD_BYTES_MAX = 1024 * 1024;

/**
 * One client. Requests start in the order of their arrival, run side by side, and are answered in order.
 *
 * Memory is bounded by what is in flight: at its limits, at the process's, and while the peer does not read, the
 * socket is paused. Requests whose responses may take megabytes run one at a time.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #broker: Broker;
  readonly #budgets: NetworkBudgets;
  readonly #intake: Intake;
  readonly #outbox: Outbox;
  readonly #inFlight: InFlight;
  readonly #abort = new AbortController();
  readonly #id: number;
  readonly #clientHost: string;
  /** Read from the stream, but not started: it waits for one of its kind before it. */
  #held: Arrival | undefined;
  #isPumping = false;
  #isDraining = false;

  constructor(socket: Socket, id: number, broker: Broker, budgets: NetworkBudgets) {
    this.#socket = socket;
    this.#id = id;
    this.#broker = broker;
    this.#budgets = budgets;
    this.#clientHost = `/${socket.remoteAddress ?? "unknown"}`;
    this.#intake = new Intake(broker.config["socket.request.max.bytes"], budgets.received, this.#pump);
    this.#outbox = new Outbox(socket);
    this.#inFlight = new InFlight(budgets, this.#outbox, {
      onDone: () => this.#onDone(),
      onFailed: (error) => this.#fail(error),
    });
    socket.setNoDelay(true);
    socket.setTimeout(broker.config["connections.max.idle.ms"]);
    socket.on("data", (chunk: Buffer) => {
      this.#intake.push(chunk);
      this.#pump();
    });
    socket.on("drain", this.#pump);
    socket.on("timeout", () => {
      if (this.#inFlight.isEmpty) this.#end(IDLE, "the connection was idle for too long");
      else socket.setTimeout(broker.config["connections.max.idle.ms"]);
    });
    // The peer is gone; what there is to say about it is said on "close".
    socket.on("error", () => {});
    socket.on("close", () => {
      budgets.requests.forget(this.#pump);
      budgets.responses.forget(this.#pump);
      this.#intake.close();
      this.#outbox.close();
      this.#inFlight.close();
      this.#abort.abort();
    });
  }

  /** Takes no more requests, wakes those that wait, answers all that are in flight, then ends. */
  drain(): void {
    this.#isDraining = true;
    this.#socket.pause();
    this.#abort.abort();
    this.#endWhenDrained();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Called at intervals: ends the connection when a request has begun before the last call and is still incomplete. */
  checkProgress(): void {
    const isServed = this.#held === undefined && this.#mayStart();
    if (isServed && this.#intake.looksStalled()) {
      this.#end("slow-request", "a request took too long to arrive");
    }
  }

  /**
   * Called at intervals: where responses that nobody reads use up the process's memory, ends the connection when its
   * peer has taken none whole since the last call.
   */
  checkReader(): void {
    if (this.#outbox.looksStalled() && this.#budgets.responses.isExhausted) {
      this.#end("slow-reader", "the client does not read its responses, and memory for them is used up");
      this.#socket.destroy();
    }
  }

  /** Starts what may start now; called whenever something changed. */
  readonly #pump = (): void => {
    if (this.#isPumping) return;
    this.#isPumping = true;
    try {
      while (this.#mayStart()) {
        const next = this.#held ?? this.#read();
        if (next === undefined) break;
        this.#held = next;
        if (this.#inFlight.hasToWait(next)) break;
        this.#held = undefined;
        this.#inFlight.start(next);
      }
      this.#regulate();
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#isPumping = false;
    }
  };

  #mayStart(): boolean {
    return (
      !this.#isDraining &&
      !this.#socket.destroyed &&
      !this.#inFlight.isFull &&
      this.#outbox.pendingBytes < UNREAD_BYTES_MAX &&
      !this.#budgets.requests.isExhausted &&
      (!this.#budgets.responses.isExhausted || this.#isIdle)
    );
  }

  /** Whether nothing is in flight and nothing unread. */
  get #isIdle(): boolean {
    return this.#inFlight.isEmpty && this.#outbox.pendingBytes === 0;
  }

  #read(): Arrival | undefined {
    const frame = this.#intake.next();
    if (frame === undefined) return undefined;
    const request = prepareRequest(frame.bytes, this.#broker, {
      clientHost: this.#clientHost,
      connectionId: this.#id,
      signal: this.#abort.signal,
    });
    return { request, frame };
  }

  /** Reads on, or stops reading: only bytes of a frame that has begun may gather while nothing may start. */
  #regulate(): void {
    const { requests, responses } = this.#budgets;
    if (requests.isExhausted) requests.onRoom(this.#pump);
    if (responses.isExhausted) responses.onRoom(this.#pump);
    this.#intake.count();
    if (this.#isDraining) return;
    if (this.#held === undefined && this.#mayStart() && !this.#intake.isBlocked) this.#socket.resume();
    else this.#socket.pause();
  }

  #onDone(): void {
    if (this.#isDraining) this.#endWhenDrained();
    this.#pump();
  }

  #endWhenDrained(): void {
    if (!this.#inFlight.isEmpty) return;
    this.#outbox.flush();
    this.#socket.end(() => this.#socket.destroy());
  }

  #fail(error: unknown): void {
    if (error instanceof ConnectionFault) this.#end(error.reason, error.message);
    else if (error instanceof WireError || error instanceof ProtocolError) {
      this.#end("malformed-request", error.message);
    } else {
      this.#broker.logger.error({ client: this.#clientHost, err: error }, "a handler failed");
      this.#end("handler-failed", "the broker failed unexpectedly");
    }
  }

  #end(reason: string, message: string): void {
    if (this.#socket.destroyed) return;
    this.#broker.metrics.connectionClosed(reason);
    this.#broker.logger.info({ client: this.#clientHost, reason }, `connection closed: ${message}`);
    this.#outbox.flush();
    this.#socket.destroySoon();
    this.#abort.abort(new ConnectionFault(reason, message));
  }
}
