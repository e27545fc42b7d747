import type { Socket } from "node:net";
import { Fetch, type Frame, Produce, ProtocolError } from "@letterpress/protocol";
import { WireError } from "@letterpress/wire";
import type { Broker } from "../broker.ts";
import { ConnectionFault } from "../connection-fault.ts";
import { type PreparedRequest, prepareRequest } from "../dispatch.ts";
import type { ByteBudget } from "./byte-budget.ts";
import { Intake } from "./intake.ts";
import { Outbox } from "./outbox.ts";

/** Requests of one connection that may run at a time. */
const IN_FLIGHT_MAX = 256;
/** Bytes of one connection's requests that may be in flight; a single larger request runs alone. */
const IN_FLIGHT_BYTES_MAX = 32 * 1024 * 1024;
/** A peer that leaves this much unread is not served further until it reads. */
const UNREAD_BYTES_MAX = 1024 * 1024;

/**
 * The requests whose handlers are done with their bytes when they resolve, also with those of an append that asks for no
 * acknowledgement: `PartitionLog.append` owns a batch until its promise settles, the handler waits for all of them,
 * and its response refers to none. Other handlers may keep views (a group keeps its members' metadata), so their
 * frames stay.
 */
const DONE_WITH_FRAME: ReadonlySet<number> = new Set([Produce.key]);

/** A request that was read, and the frame that its byte fields are views of. */
interface Arrival {
  readonly request: PreparedRequest;
  readonly frame: Frame;
}

/** One answer, in the order of the requests. Filled when the handler is done. */
interface Slot {
  response: readonly Buffer[] | undefined;
  isDone: boolean;
}

/**
 * One client. Requests start in the order of their arrival, run side by side, and are answered in order.
 *
 * Memory is bounded by what is in flight: at its limits, at the process's, and while the peer does not read, the
 * socket is paused. Fetches run one at a time, because each may answer with megabytes.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #broker: Broker;
  readonly #budget: ByteBudget;
  readonly #intake: Intake;
  readonly #outbox: Outbox;
  readonly #abort = new AbortController();
  readonly #id: number;
  readonly #clientHost: string;
  readonly #slots: Slot[] = [];
  /** Read from the stream, but not started: it waits for a fetch before it. */
  #held: Arrival | undefined;
  #inFlightBytes = 0;
  #fetches = 0;
  #isPumping = false;
  #isDraining = false;

  /** `budget` counts the requests in flight, `received` the bytes of those that are not complete. */
  constructor(socket: Socket, id: number, broker: Broker, budget: ByteBudget, received: ByteBudget) {
    this.#socket = socket;
    this.#id = id;
    this.#broker = broker;
    this.#budget = budget;
    this.#clientHost = `/${socket.remoteAddress ?? "unknown"}`;
    this.#intake = new Intake(broker.config["socket.request.max.bytes"], received, this.#pump);
    this.#outbox = new Outbox(socket);
    socket.setNoDelay(true);
    socket.setTimeout(broker.config["connections.max.idle.ms"]);
    socket.on("data", (chunk: Buffer) => {
      this.#intake.push(chunk);
      this.#pump();
    });
    socket.on("drain", this.#pump);
    socket.on("timeout", () => {
      if (this.#slots.length === 0) this.#end("idle", "the connection was idle for too long");
      else socket.setTimeout(broker.config["connections.max.idle.ms"]);
    });
    // The peer is gone; what there is to say about it is said on "close".
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#budget.forget(this.#pump);
      this.#intake.close();
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

  /** Starts what may start now; called whenever something changed. */
  readonly #pump = (): void => {
    if (this.#isPumping) return;
    this.#isPumping = true;
    try {
      while (this.#mayStart()) {
        const next = this.#held ?? this.#read();
        if (next === undefined) break;
        this.#held = next;
        if (next.request.apiKey === Fetch.key && this.#fetches > 0) break;
        this.#held = undefined;
        this.#start(next);
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
      this.#slots.length < IN_FLIGHT_MAX &&
      (this.#inFlightBytes < IN_FLIGHT_BYTES_MAX || this.#slots.length === 0) &&
      this.#outbox.pendingBytes < UNREAD_BYTES_MAX &&
      !this.#budget.isExhausted
    );
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
    if (this.#budget.isExhausted) this.#budget.onRoom(this.#pump);
    this.#intake.count();
    if (this.#isDraining) return;
    if (this.#held === undefined && this.#mayStart() && !this.#intake.isBlocked) this.#socket.resume();
    else this.#socket.pause();
  }

  #start({ request, frame }: Arrival): void {
    const bytes = frame.bytes.length;
    const slot: Slot = { response: undefined, isDone: false };
    const isFetch = request.apiKey === Fetch.key;
    this.#slots.push(slot);
    this.#inFlightBytes += bytes;
    this.#budget.take(bytes);
    if (isFetch) this.#fetches++;
    const finish = (response: readonly Buffer[] | undefined): void => {
      this.#inFlightBytes -= bytes;
      if (isFetch) this.#fetches--;
      this.#budget.release(bytes);
      slot.response = response;
      slot.isDone = true;
      this.#answerInOrder();
      this.#pump();
    };
    const answered = (response: readonly Buffer[] | undefined): void => {
      if (DONE_WITH_FRAME.has(request.apiKey)) frame.release();
      finish(response);
    };
    request.run().then(answered, (error: unknown) => {
      // The frame is left to the garbage collector: who fails unexpectedly may have left something under way.
      this.#fail(error);
      finish(undefined);
    });
  }

  #answerInOrder(): void {
    let count = 0;
    while (count < this.#slots.length && this.#slots[count]!.isDone) {
      const { response } = this.#slots[count]!;
      if (response !== undefined) this.#outbox.put(response);
      count++;
    }
    this.#slots.splice(0, count);
    if (this.#isDraining) this.#endWhenDrained();
  }

  #endWhenDrained(): void {
    if (this.#slots.length > 0) return;
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
