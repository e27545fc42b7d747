import { WRITER_SCHEMAS_BYTES_MAX } from "@letterpress/protocol";
import { ConnectionFault } from "../connection-fault.ts";

/** A client that has said what it writes a topic with. */
export interface DeclaredWriter {
  readonly clientId: string | null;
  readonly clientHost: string;
  /** -1 for a client that is not idempotent. */
  readonly producerId: bigint;
  readonly declaredAtMs: number;
  /** When the client hung up; -1 while it is connected. */
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
/** Clients that hung up and are remembered; the one that left first is forgotten first. */
const LEFT_MAX = 1024;

/**
 * What live clients write each topic with, by their own word.
 *
 * A declaration lives as long as its connection. A client that hangs up is remembered for a while: the logs know its
 * producer id for a day, and whoever asks who that was is told that it has gone. When the broker ends a connection
 * itself, for being idle say, nothing is known of the client any more.
 */
export class DeclaredWriters {
  readonly #now: () => number;
  /** By topic, then by connection. */
  readonly #connected = new Map<string, Map<number, DeclaredWriter>>();
  readonly #topicsByConnection = new Map<number, Set<string>>();
  /** By producer id and topic, in the order of leaving. */
  readonly #left = new Map<string, { readonly topic: string; readonly writer: DeclaredWriter }>();
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
    this.#left.delete(leftKey(producerId, topic));
  }

  /** Who has declared something for a topic: those that are connected, then those that have left. */
  of(topic: string): DeclaredWriter[] {
    const left = [...this.#left.values()].filter((each) => each.topic === topic);
    return [...(this.#connected.get(topic)?.values() ?? []), ...left.map(({ writer }) => writer)];
  }

  #follow(connectionId: number, topics: Set<string>, signal: AbortSignal): void {
    this.#topicsByConnection.set(connectionId, topics);
    const ended = (): void => {
      const hasHungUp = !(signal.reason instanceof ConnectionFault);
      for (const topic of topics) this.#end(topic, connectionId, hasHungUp);
      this.#topicsByConnection.delete(connectionId);
    };
    signal.addEventListener("abort", ended, { once: true });
  }

  #end(topic: string, connectionId: number, hasHungUp: boolean): void {
    const writers = this.#connected.get(topic)!;
    const writer = writers.get(connectionId)!;
    writers.delete(connectionId);
    if (writers.size === 0) this.#connected.delete(topic);
    this.#count--;
    if (!hasHungUp || writer.producerId < 0n) return;
    const isBack = [...writers.values()].some(({ producerId }) => producerId === writer.producerId);
    if (isBack) return;
    if (this.#left.size >= LEFT_MAX) this.#left.delete(this.#left.keys().next().value!);
    const left = { ...writer, leftAtMs: this.#now() };
    this.#left.set(leftKey(writer.producerId, topic), { topic, writer: left });
  }
}

function leftKey(producerId: bigint, topic: string): string {
  return `${producerId} ${topic}`;
}
