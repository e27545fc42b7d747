import { type Frame, FrameDecoder } from "@letterpress/protocol";
import { freeMemory } from "../free-memory.ts";
import type { ByteBudget } from "./byte-budget.ts";

/** Incomplete requests up to this size are always received, so that large ones cannot keep small ones out. */
const UNCOUNTED_BYTES_MAX = 64 * 1024;

/**
 * The bytes of one connection that have arrived and are no whole request yet. Large ones are counted, over all
 * connections: at the limit those who hold some receive nothing more until there is room.
 */
export class Intake {
  readonly #decoder: FrameDecoder;
  readonly #budget: ByteBudget;
  readonly #onRoom: () => void;
  #countedBytes = 0;
  #frameCount = 0;
  /** The count of frames at the last look, if a frame was incomplete then; -1 otherwise. */
  #seenFrameCount = -1;

  /** `onRoom` is called when a blocked intake may receive again. */
  constructor(frameBytesMax: number, budget: ByteBudget, onRoom: () => void) {
    this.#decoder = new FrameDecoder(frameBytesMax, freeMemory);
    this.#budget = budget;
    this.#onRoom = onRoom;
  }

  /** Whether nothing more may be received for now. */
  get isBlocked(): boolean {
    return this.#countedBytes > 0 && this.#budget.isExhausted;
  }

  /** Takes a chunk that came from the socket, and owns it from now on. */
  push(chunk: Buffer): void {
    this.#decoder.push(chunk);
  }

  /** The next whole frame. Throws ProtocolError `FRAME_TOO_LARGE`. */
  next(): Frame | undefined {
    const frame = this.#decoder.nextFrame();
    if (frame !== undefined) this.#frameCount++;
    return frame;
  }

  /** Counts what is left once every frame that may be taken was taken. */
  count(): void {
    const { bufferedBytes } = this.#decoder;
    this.#recount(bufferedBytes > UNCOUNTED_BYTES_MAX ? bufferedBytes : 0);
    if (this.isBlocked) this.#budget.onRoom(this.#onRoom);
  }

  /** Whether the frame that is incomplete now was so at the last look already. */
  looksStalled(): boolean {
    const isStalled = this.#decoder.isInsideFrame && this.#frameCount === this.#seenFrameCount;
    this.#seenFrameCount = this.#decoder.isInsideFrame ? this.#frameCount : -1;
    return isStalled;
  }

  close(): void {
    this.#budget.forget(this.#onRoom);
    this.#recount(0);
  }

  #recount(bytes: number): void {
    const change = bytes - this.#countedBytes;
    this.#countedBytes = bytes;
    if (change > 0) this.#budget.take(change);
    else if (change < 0) this.#budget.release(-change);
  }
}
