import { RegistryError } from "./registry-error.ts";

const WAITING_MAX = 10_000;

/** Runs writes one after the other, so that each one decides on a state that holds all earlier ones. */
export class WriteQueue {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** Runs `write` after all writes before it, whether they succeeded or not. */
  async run<T>(write: () => Promise<T>): Promise<T> {
    if (this.#waiting >= WAITING_MAX) {
      throw new RegistryError(50002, `${WAITING_MAX} writes are waiting already; try again later`);
    }
    this.#waiting++;
    const result = this.#last.then(write);
    this.#last = result.catch(() => undefined);
    try {
      return await result;
    } finally {
      this.#waiting--;
    }
  }
}
