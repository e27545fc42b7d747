import type { Socket } from "node:net";
import {
  DescribeConfigs,
  DescribeGroups,
  DescribeLogDirs,
  DescribeProducers,
  Fetch,
  type Frame,
  ListGroups,
  ListOffsets,
  Metadata,
  OffsetFetch,
  Produce,
  ProtocolError,
} from "@letterpress/protocol";
import { WireError } from "@letterpress/wire";
import type { Broker } from "../broker.ts";
import { ConnectionFault, IDLE } from "../connection-fault.ts";
import { type PreparedRequest, prepareRequest } from "../dispatch.ts";
import type { ByteBudget } from "./byte-budget.ts";
import { Intake } from "./intake.ts";
import { type Answer, Outbox } from "./outbox.ts";
import { ResponseMemory } from "./response-memory.ts";

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

/**
 * The requests whose responses can be much larger than they are: of each kind one runs at a time. A fetch may wait for
 * records, so the others need not wait for it.
 */
const ONE_AT_A_TIME: ReadonlyMap<number, "fetch" | "listing"> = new Map([
  [Fetch.key, "fetch"],
  [ListOffsets.key, "listing"],
  [Metadata.key, "listing"],
  [OffsetFetch.key, "listing"],
  [DescribeGroups.key, "listing"],
  [ListGroups.key, "listing"],
  [DescribeConfigs.key, "listing"],
  [DescribeLogDirs.key, "listing"],
  [DescribeProducers.key, "listing"],
]);

/** A request that was read, and the frame that its byte fields are views of. */
interface Arrival {
  readonly request: PreparedRequest;
  readonly frame: Frame;
}

/** One answer, in the order of the requests. Filled when the handler is done. */
interface Slot {
  answer: Answer | undefined;
  isDone: boolean;
}

/** What all connections of the process share. */
export interface NetworkBudgets {
  /** The requests in flight. */
  readonly requests: ByteBudget;
  /** What was received of requests that are not complete. */
  readonly received: ByteBudget;
  /** The responses that their peers have not taken yet, and what is being read for others. */
  readonly responses: ByteBudget;
}

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
  readonly #abort = new AbortController();
  readonly #id: number;
  readonly #clientHost: string;
  readonly #slots: Slot[] = [];
  /** The kinds of requests that run and of which no other may. */
  readonly #running = new Set<"fetch" | "listing">();
  /** Read from the stream, but not started: it waits for one of its kind before it. */
  #held: Arrival | undefined;
  #inFlightBytes = 0;
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
    socket.setNoDelay(true);
    socket.setTimeout(broker.config["connections.max.idle.ms"]);
    socket.on("data", (chunk: Buffer) => {
      this.#intake.push(chunk);
      this.#pump();
    });
    socket.on("drain", this.#pump);
    socket.on("timeout", () => {
      if (this.#slots.length === 0) this.#end(IDLE, "the connection was idle for too long");
      else socket.setTimeout(broker.config["connections.max.idle.ms"]);
    });
    // The peer is gone; what there is to say about it is said on "close".
    socket.on("error", () => {});
    socket.on("close", () => {
      budgets.requests.forget(this.#pump);
      budgets.responses.forget(this.#pump);
      this.#intake.close();
      this.#outbox.close();
      for (const { answer } of this.#slots) answer?.memory.abandon();
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
        const kind = ONE_AT_A_TIME.get(next.request.apiKey);
        if (kind !== undefined && this.#running.has(kind)) break;
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
      !this.#budgets.requests.isExhausted &&
      (!this.#budgets.responses.isExhausted || this.#isIdle)
    );
  }

  /** Whether nothing is in flight and nothing unread. */
  get #isIdle(): boolean {
    return this.#slots.length === 0 && this.#outbox.pendingBytes === 0;
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

  #start({ request, frame }: Arrival): void {
    const bytes = request.sizeBytes;
    const slot: Slot = { answer: undefined, isDone: false };
    const memory = new ResponseMemory(this.#budgets.responses);
    const kind = ONE_AT_A_TIME.get(request.apiKey);
    this.#slots.push(slot);
    this.#inFlightBytes += bytes;
    this.#budgets.requests.take(bytes);
    if (kind !== undefined) this.#running.add(kind);
    const finish = (response: readonly Buffer[] | undefined): void => {
      this.#inFlightBytes -= bytes;
      if (kind !== undefined) this.#running.delete(kind);
      this.#budgets.requests.release(bytes);
      slot.answer = this.#answerOf(response, memory);
      slot.isDone = true;
      this.#answerInOrder();
      this.#pump();
    };
    const answered = (response: readonly Buffer[] | undefined): void => {
      if (DONE_WITH_FRAME.has(request.apiKey)) frame.release();
      finish(response);
    };
    request.run(memory).then(answered, (error: unknown) => {
      // The frame is left to the garbage collector: who fails unexpectedly may have left something under way.
      this.#fail(error);
      finish(undefined);
    });
  }

  #answerOf(chunks: readonly Buffer[] | undefined, memory: ResponseMemory): Answer | undefined {
    if (chunks === undefined || this.#socket.destroyed) {
      memory.abandon();
      return undefined;
    }
    let bytes = 0;
    for (const chunk of chunks) bytes += chunk.length;
    memory.recount(bytes);
    return { chunks, memory };
  }

  #answerInOrder(): void {
    let count = 0;
    while (count < this.#slots.length && this.#slots[count]!.isDone) {
      const { answer } = this.#slots[count]!;
      if (answer !== undefined) this.#outbox.put(answer);
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
