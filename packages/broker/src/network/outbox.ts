import type { Socket } from "node:net";

/** Chunks up to this size are copied together; a larger one goes to the socket by reference. */
const COPY_BYTES_MAX = 4096;

/**
 * The responses a connection has to send. What is put in during one turn of the event loop goes out in one write:
 * small responses are copied into one buffer, which costs less than a system call's vector of many pieces.
 */
export class Outbox {
  readonly #socket: Socket;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #isScheduled = false;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Bytes that the peer has not taken yet. */
  get pendingBytes(): number {
    return this.#bytes + this.#socket.writableLength;
  }

  put(chunks: readonly Buffer[]): void {
    for (const chunk of chunks) {
      this.#chunks.push(chunk);
      this.#bytes += chunk.length;
    }
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.flush());
  }

  flush(): void {
    this.#isScheduled = false;
    const chunks = this.#chunks;
    if (chunks.length === 0) return;
    this.#chunks = [];
    this.#bytes = 0;
    if (!this.#socket.writable) return;
    this.#socket.cork();
    for (const piece of joinSmall(chunks)) this.#socket.write(piece);
    this.#socket.uncork();
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
