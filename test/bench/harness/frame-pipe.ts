import { connect, type Socket } from "node:net";

const LENGTH_BYTES = 4;

/**
 * A connection that carries frames with a length of four bytes in front, both ways: enough to drive a broker or a bare
 * loop by the same code, and cheap enough not to be what is measured.
 */
export class FramePipe {
  readonly #socket: Socket;
  readonly #onFrame: (frame: Buffer) => void;
  #length = Buffer.alloc(LENGTH_BYTES);
  #lengthFilled = 0;
  #frame: Buffer | undefined;
  #frameFilled = 0;

  private constructor(socket: Socket, onFrame: (frame: Buffer) => void) {
    this.#socket = socket;
    this.#onFrame = onFrame;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.#take(chunk));
  }

  /** `onFrame` is given each frame without its length, in a buffer of its own. */
  static open(host: string, port: number, onFrame: (frame: Buffer) => void): Promise<FramePipe> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port }, () => resolve(new FramePipe(socket, onFrame)));
      socket.on("error", reject);
    });
  }

  /** Sends a frame in pieces; the first one starts with the length. None may change until it is sent. */
  send(pieces: readonly Buffer[]): void {
    this.#socket.cork();
    for (const piece of pieces) this.#socket.write(piece);
    this.#socket.uncork();
  }

  #take(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#frame === undefined) {
        const taken = chunk.copy(this.#length, this.#lengthFilled, at);
        this.#lengthFilled += taken;
        at += taken;
        if (this.#lengthFilled < LENGTH_BYTES) return;
        this.#frame = Buffer.allocUnsafe(this.#length.readInt32BE(0));
        this.#frameFilled = 0;
        this.#lengthFilled = 0;
      }
      const taken = chunk.copy(this.#frame, this.#frameFilled, at);
      this.#frameFilled += taken;
      at += taken;
      if (this.#frameFilled < this.#frame.length) return;
      const frame = this.#frame;
      this.#frame = undefined;
      this.#onFrame(frame);
    }
  }
}
