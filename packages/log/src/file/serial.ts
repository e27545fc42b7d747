/** Runs jobs one after the other, in the order in which they were handed in. */
export class Serial {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(job: () => Promise<T>): Promise<T> {
    const result = this.#last.then(job);
    this.#last = result.catch(() => {});
    return result;
  }

  /** Resolves when everything handed in so far is done, well or badly. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
