import type { Socket } from "node:net";
import type { ResponseMemory } from "./response-memory.ts";

/** Chunks up to this size are copied together; a larger one goes to the socket by reference. */
const COPY_BYTES_MAX = 4096;

/** A response as it goes to the socket, and the memory it takes. */
export interface Answer {
  readonly chunks: readonly Buffer[];
  readonly memory: ResponseMemory;
}

/**
 * The responses a connection has to send. What is put in during one turn of the event loop goes out in one write:
 * small responses are copied into one buffer, which costs less than a system call's vector of many pieces.
 */
export class Outbox {
  readonly #socket: Socket;
  #answers: Answer[] = [];
  #bytes = 0;
  #isScheduled = false;
  /** Handed to the socket, which may still use their chunks. */
  readonly #leaving = new Set<readonly Answer[]>();
  #sentCount = 0;
  /** The count of answers sent at the last look, if there were others to send; -1 otherwise. */
  #seenSentCount = -1;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Bytes that the peer has not taken yet. */
  get pendingBytes(): number {
    return this.#bytes + this.#socket.writableLength;
  }

  put(answer: Answer): void {
    this.#answers.push(answer);
    for (const chunk of answer.chunks) this.#bytes += chunk.length;
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.flush());
  }

  flush(): void {
    this.#isScheduled = false;
    const answers = this.#answers;
    if (answers.length === 0) return;
    this.#answers = [];
    this.#bytes = 0;
    if (!this.#socket.writable) {
      for (const { memory } of answers) memory.abandon();
      return;
    }
    this.#leaving.add(answers);
    const pieces = joinSmall(answers.flatMap(({ chunks }) => chunks));
    this.#socket.cork();
    for (const [index, piece] of pieces.entries()) {
      if (index < pieces.length - 1) this.#socket.write(piece);
      else this.#socket.write(piece, (error) => this.#left(answers, error));
    }
    this.#socket.uncork();
  }

  /** Whether no answer was taken whole since the last look, though one waited then and one does now. */
  looksStalled(): boolean {
    const isWaiting = this.pendingBytes > 0;
    const isStalled = isWaiting && this.#sentCount === this.#seenSentCount;
    this.#seenSentCount = isWaiting ? this.#sentCount : -1;
    return isStalled;
  }

  /** To be called when the socket is closed. */
  close(): void {
    for (const answers of [this.#answers, ...this.#leaving]) {
      for (const { memory } of answers) memory.abandon();
    }
    this.#answers = [];
    this.#leaving.clear();
  }

  #left(answers: readonly Answer[], error: Error | null | undefined): void {
    this.#leaving.delete(answers);
    this.#sentCount += answers.length;
    for (const { memory } of answers) {
      if (error === null || error === undefined) memory.sent();
      else memory.abandon();
    }
  }
}

/** The same bytes in fewer pieces: runs of small chunks become one. */
function joinSmall(chunks: readonly Buffer[]): Buffer[] {
  const pieces: Buffer[] = [];
  let start = 0;
  for (let index = 0; index <= chunks.length; index++) {
    const chunk = chunks[index];
    if (chunk !== undefined && chunk.length <= COPY_BYTES_MAX) continue;
    if (index - start === 1) pieces.push(chunks[start]!);
    else if (index > start) pieces.push(Buffer.concat(chunks.slice(start, index)));
    if (chunk !== undefined) pieces.push(chunk);
    start = index + 1;
  }
  return pieces;
}
