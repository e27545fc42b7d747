// The least a durable log can do: TCP -> CRC-32C -> file, an answer per frame. Frames that arrive while a write is in
// flight are written together, and synced together where that is asked for (group commit).
import { type FileHandle, open } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { crc32c } from "@node-rs/crc32";

interface Input {
  readonly file: string;
  readonly sync: boolean;
}

const LENGTH_BYTES = 4;
const CORRELATION_AT = 8;
const HEAD_BYTES = CORRELATION_AT + 4;
const ANSWER_BYTES = 8;
const WRITEV_CHUNKS_MAX = 1024;

const { file, sync } = JSON.parse(process.argv[2]!) as Input;
const log = await open(file, "w");

const server = createServer({ noDelay: true }, (socket) => new Appends(socket, log));
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as { port: number };
  process.stdout.write(`${JSON.stringify({ port })}\n`);
});
process.once("SIGTERM", () => process.exit(0));

/** One connection's frames. Chunks are written as they came, without being copied together. */
class Appends {
  readonly #socket: Socket;
  readonly #log: FileHandle;
  /** Whole frames that wait for the write in flight. */
  #ready: Buffer[] = [];
  #correlations: number[] = [];
  /** Of the frame that is arriving. */
  #chunks: Buffer[] = [];
  #filled = 0;
  #length = 0;
  #crc = 0;
  #isWriting = false;
  /** The start of a frame whose head is not whole yet. */
  #carried: Buffer | undefined;

  constructor(socket: Socket, log: FileHandle) {
    this.#socket = socket;
    this.#log = log;
    socket.on("data", (chunk: Buffer) => this.#take(chunk));
    socket.on("error", () => {});
  }

  #take(chunk: Buffer): void {
    let rest = this.#carried === undefined ? chunk : Buffer.concat([this.#carried, chunk]);
    this.#carried = undefined;
    while (rest.length > 0) {
      if (this.#filled === 0) {
        if (rest.length < HEAD_BYTES) {
          this.#carried = rest;
          break;
        }
        this.#length = LENGTH_BYTES + rest.readInt32BE(0);
        this.#correlations.push(rest.readInt32BE(CORRELATION_AT));
        this.#crc = 0;
      }
      const piece = rest.subarray(0, this.#length - this.#filled);
      this.#crc = crc32c(piece, this.#crc);
      this.#chunks.push(piece);
      this.#filled += piece.length;
      rest = rest.subarray(piece.length);
      if (this.#filled < this.#length) break;
      this.#ready.push(...this.#chunks);
      this.#chunks = [];
      this.#filled = 0;
    }
    if (!this.#isWriting && this.#ready.length > 0) void this.#write();
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    while (this.#ready.length > 0) {
      const chunks = this.#ready;
      const whole = this.#correlations.length - (this.#filled > 0 ? 1 : 0);
      const correlations = this.#correlations.splice(0, whole);
      this.#ready = [];
      for (let at = 0; at < chunks.length; at += WRITEV_CHUNKS_MAX) {
        await this.#log.writev(chunks.slice(at, at + WRITEV_CHUNKS_MAX));
      }
      if (sync) await this.#log.datasync();
      const answers = Buffer.allocUnsafe(correlations.length * ANSWER_BYTES);
      for (const [index, correlation] of correlations.entries()) {
        answers.writeInt32BE(4, index * ANSWER_BYTES);
        answers.writeInt32BE(correlation, index * ANSWER_BYTES + LENGTH_BYTES);
      }
      this.#socket.write(answers);
    }
    this.#isWriting = false;
  }
}
