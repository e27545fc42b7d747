/** What a decoder calls with memory that nothing refers to any more: a chunk it was given, or a buffer it made. */
export type FreeMemory = (memory: Buffer) => void;

/**
 * A chunk of the stream, or a buffer that a frame was copied together in. It is freed, once, when all its holders have
 * released it: the decoder as long as it has bytes to take from it, and every frame that is a view of it. A frame that
 * is never released keeps its memory, which the garbage collector takes as usual.
 */
export class FrameMemory {
  bytes: Buffer;
  readonly #free: FreeMemory | undefined;
  #holders = 1;

  constructor(bytes: Buffer, free: FreeMemory | undefined) {
    this.bytes = bytes;
    this.#free = free;
  }

  hold(): void {
    this.#holders++;
  }

  release(): void {
    this.#holders--;
    if (this.#holders === 0) this.#free?.(this.bytes);
  }
}

/** One frame of a stream, without its length. */
export class Frame {
  readonly bytes: Buffer;
  #memory: FrameMemory | undefined;

  /** Takes over one hold on `memory`, which `bytes` is a view of. */
  constructor(bytes: Buffer, memory: FrameMemory) {
    this.bytes = bytes;
    this.#memory = memory;
  }

  /**
   * Says that nothing reads `bytes`, or a view of them, from now on. Whoever owns the frame may call it, at most once
   * counts, and may as well never do so.
   */
  release(): void {
    const memory = this.#memory;
    this.#memory = undefined;
    memory?.release();
  }
}
