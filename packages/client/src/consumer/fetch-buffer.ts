import type { FetchedChunk } from "./fetched-chunk.ts";

/** What is fetched and not consumed, in the order it came. */
export class FetchBuffer {
  #chunks: FetchedChunk[] = [];
  #bytes = 0;
  #wake: (() => void) | undefined;
  #readable: Promise<void> | undefined;
  readonly #onRelease: () => void;

  /** `onRelease` is called when there is room again. */
  constructor(onRelease: () => void) {
    this.#onRelease = onRelease;
  }

  get sizeBytes(): number {
    return this.#bytes;
  }

  push(chunk: FetchedChunk): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.bytes.length;
    chunk.state.bufferedBytes += chunk.bytes.length;
    this.wake();
  }

  /** Takes the first chunk whose records may be given out. Its bytes stay counted until `release`. */
  shift(): FetchedChunk | undefined {
    const chunks = this.#chunks;
    const held: FetchedChunk[] = [];
    for (let index = 0; index < chunks.length; index++) {
      const chunk = chunks[index]!;
      if (chunk.isDeliverable) {
        this.#chunks = [...held, ...chunks.slice(index + 1)];
        return chunk;
      }
      if (chunk.isCurrent) held.push(chunk);
      else this.release(chunk);
    }
    this.#chunks = held;
    return undefined;
  }

  /** Puts a chunk back that was taken and not finished: its partition was paused. */
  unshift(chunk: FetchedChunk): void {
    this.#chunks.unshift(chunk);
  }

  /** A chunk that was taken is consumed, or not wanted any more. */
  release(chunk: FetchedChunk): void {
    this.#bytes -= chunk.bytes.length;
    chunk.state.bufferedBytes -= chunk.bytes.length;
    this.#onRelease();
  }

  /** Resolves at the next `push` or `wake`. */
  changed(): Promise<void> {
    this.#readable ??= new Promise((resolve) => {
      this.#wake = resolve;
    });
    return this.#readable;
  }

  wake(): void {
    this.#wake?.();
    this.#wake = undefined;
    this.#readable = undefined;
  }
}
