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
} from "@letterpress/protocol";
import type { PreparedRequest } from "../dispatch.ts";
import type { NetworkBudgets } from "./network-budgets.ts";
import type { Answer, Outbox } from "./outbox.ts";
import { ResponseMemory } from "./response-memory.ts";

/** Requests of one connection that may run at a time. */
const COUNT_MAX = 256;
/** Bytes of one connection's requests that may be in flight; a single larger request runs alone. */
const BYTES_MAX = 32 * 1024 * 1024;

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
export interface Arrival {
  readonly request: PreparedRequest;
  readonly frame: Frame;
}

/** One answer, in the order of the requests. Filled when the handler is done. */
interface Slot {
  answer: Answer | undefined;
  isDone: boolean;
}

/** Who is told how a request went. */
export interface InFlightListener {
  /** One more is done; its answer, and those that waited for it, are in the outbox. */
  onDone(): void;
  /** A handler failed in a way that it has no answer for. */
  onFailed(error: unknown): void;
}

/** The requests of one connection that run: side by side, and answered in the order in which they came. */
export class InFlight {
  readonly #budgets: NetworkBudgets;
  readonly #outbox: Outbox;
  readonly #listener: InFlightListener;
  readonly #slots: Slot[] = [];
  /** The kinds of requests that run and of which no other may. */
  readonly #running = new Set<"fetch" | "listing">();
  #bytes = 0;
  #isClosed = false;

  constructor(budgets: NetworkBudgets, outbox: Outbox, listener: InFlightListener) {
    this.#budgets = budgets;
    this.#outbox = outbox;
    this.#listener = listener;
  }

  get isEmpty(): boolean {
    return this.#slots.length === 0;
  }

  get isFull(): boolean {
    return this.#slots.length >= COUNT_MAX || (this.#bytes >= BYTES_MAX && !this.isEmpty);
  }

  /** Whether another request of its kind has to be done first. */
  hasToWait({ request }: Arrival): boolean {
    const kind = ONE_AT_A_TIME.get(request.apiKey);
    return kind !== undefined && this.#running.has(kind);
  }

  start({ request, frame }: Arrival): void {
    const bytes = request.sizeBytes;
    const slot: Slot = { answer: undefined, isDone: false };
    const memory = new ResponseMemory(this.#budgets.responses);
    const kind = ONE_AT_A_TIME.get(request.apiKey);
    this.#slots.push(slot);
    this.#bytes += bytes;
    this.#budgets.requests.take(bytes);
    if (kind !== undefined) this.#running.add(kind);
    const finish = (response: readonly Buffer[] | undefined): void => {
      this.#bytes -= bytes;
      if (kind !== undefined) this.#running.delete(kind);
      this.#budgets.requests.release(bytes);
      slot.answer = this.#answerOf(response, memory);
      slot.isDone = true;
      this.#answerInOrder();
      this.#listener.onDone();
    };
    const answered = (response: readonly Buffer[] | undefined): void => {
      if (DONE_WITH_FRAME.has(request.apiKey)) frame.release();
      finish(response);
    };
    request.run(memory).then(answered, (error: unknown) => {
      // The frame is left to the garbage collector: who fails unexpectedly may have left something under way.
      this.#listener.onFailed(error);
      finish(undefined);
    });
  }

  /** To be called when the connection is closed: what is done, and what will be, is sent to nobody. */
  close(): void {
    this.#isClosed = true;
    for (const { answer } of this.#slots) answer?.memory.abandon();
  }

  #answerOf(chunks: readonly Buffer[] | undefined, memory: ResponseMemory): Answer | undefined {
    if (chunks === undefined || this.#isClosed) {
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
  }
}
