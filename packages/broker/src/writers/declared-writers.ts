import { WRITER_SCHEMAS_BYTES_MAX } from "@letterpress/protocol";
import { ConnectionFault, IDLE } from "../connection-fault.ts";

/** A client that has said what it writes a topic with. */
export interface DeclaredWriter {
  readonly clientId: string | null;
  readonly clientHost: string;
  /** -1 for a client that is not idempotent. */
  readonly producerId: bigint;
  readonly declaredAtMs: number;
  /** When the client hung up; -1 while it has not. */
  readonly leftAtMs: number;
  /** What it said. The broker does not read it. */
  readonly writerSchemas: Buffer;
}

/** The connection that a declaration came by. */
export interface WriterConnection {
  readonly connectionId: number;
  readonly clientId: string | null;
  readonly clientHost: string;
  readonly signal: AbortSignal;
}

/** Declarations of connected clients that are kept at a time; more are not noted. */
const CONNECTED_MAX = 4096;
/** Declarations of clients without a connection that are remembered; the oldest is forgotten first. */
const REMEMBERED_MAX = 1024;

/**
 * What live clients write each topic with, by their own word.
 *
 * A declaration lives as long as its connection. It is remembered for longer where the logs know the client's producer id,
 * which they do for a day: of a client that hung up, to tell that it has left, and of one that the broker has closed for
 * being idle, as that one comes back with its next record. Of clients whose connection broke for other reasons nothing is
 * known any more.
 */
export class DeclaredWriters {
  readonly #now: () => number;
  /** By topic, then by connection. */
  readonly #connected = new Map<string, Map<number, DeclaredWriter>>();
  readonly #topicsByConnection = new Map<number, Set<string>>();
  /** By producer id and topic, the oldest first. */
  readonly #remembered = new Map<string, { readonly topic: string; readonly writer: DeclaredWriter }>();
  #count = 0;

  /** `now` gives milliseconds since the epoch. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Notes what a client says of a topic it has written to, in place of what it said before; copies the bytes. */
  declare(topic: string, connection: WriterConnection, producerId: bigint, writerSchemas: Buffer): void {
    const { connectionId, clientId, clientHost, signal } = connection;
    if (signal.aborted || writerSchemas.length > WRITER_SCHEMAS_BYTES_MAX) return;
    const topics = this.#topicsByConnection.get(connectionId) ?? new Set<string>();
    if (!topics.has(topic)) {
      if (this.#count >= CONNECTED_MAX) return;
      this.#count++;
      if (topics.size === 0) this.#follow(connectionId, topics, signal);
      topics.add(topic);
    }
    const writers = this.#connected.get(topic) ?? new Map<number, DeclaredWriter>();
    this.#connected.set(topic, writers);
    writers.set(connectionId, {
      clientId,
      clientHost,
      producerId,
      declaredAtMs: this.#now(),
      leftAtMs: -1,
      writerSchemas: Buffer.from(writerSchemas),
    });
    this.#remembered.delete(keyOf(producerId, topic));
  }

  /** Who has declared something for a topic: those that are connected, and those of whom `active` has the producer id. */
  of(topic: string, active: ReadonlySet<bigint>): DeclaredWriter[] {
    const remembered = [...this.#remembered.values()]
      .filter((each) => each.topic === topic && active.has(each.writer.producerId))
      .map(({ writer }) => writer);
    return [...(this.#connected.get(topic)?.values() ?? []), ...remembered];
  }

  #follow(connectionId: number, topics: Set<string>, signal: AbortSignal): void {
    this.#topicsByConnection.set(connectionId, topics);
    const ended = (): void => {
      for (const topic of topics) this.#end(topic, connectionId, signal.reason);
      this.#topicsByConnection.delete(connectionId);
    };
    signal.addEventListener("abort", ended, { once: true });
  }

  #end(topic: string, connectionId: number, reason: unknown): void {
    const writers = this.#connected.get(topic)!;
    const writer = writers.get(connectionId)!;
    writers.delete(connectionId);
    if (writers.size === 0) this.#connected.delete(topic);
    this.#count--;
    const hasHungUp = !(reason instanceof ConnectionFault);
    if (writer.producerId < 0n || !(hasHungUp || reason.reason === IDLE)) return;
    const isBack = [...writers.values()].some(({ producerId }) => producerId === writer.producerId);
    if (isBack) return;
    if (this.#remembered.size >= REMEMBERED_MAX) {
      this.#remembered.delete(this.#remembered.keys().next().value!);
    }
    const last = hasHungUp ? { ...writer, leftAtMs: this.#now() } : writer;
    this.#remembered.set(keyOf(writer.producerId, topic), { topic, writer: last });
  }
}

function keyOf(producerId: bigint, topic: string): string {
  return `${producerId} ${topic}`;
}
