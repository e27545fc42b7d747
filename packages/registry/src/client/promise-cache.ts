/**
 * Keeps what was asked for once, the least recently used going first. Questions asked while the answer is on its way
 * share it; failures are not kept.
 */
export class PromiseCache<Key, Value> {
  readonly #entries = new Map<Key, Promise<Value>>();
  readonly #countMax: number;

  constructor(countMax: number) {
    this.#countMax = countMax;
  }

  get(key: Key, ask: () => Promise<Value>): Promise<Value> {
    const known = this.#entries.get(key);
    if (known !== undefined) {
      this.#entries.delete(key);
      this.#entries.set(key, known);
      return known;
    }
    const asked = ask();
    this.#entries.set(key, asked);
    if (this.#entries.size > this.#countMax) this.#entries.delete(this.#entries.keys().next().value!);
    asked.catch(() => {
      if (this.#entries.get(key) === asked) this.#entries.delete(key);
    });
    return asked;
  }

  /** Keeps an answer that came along with another one. */
  put(key: Key, value: Value): void {
    this.#entries.delete(key);
    void this.get(key, () => Promise.resolve(value));
  }

  clear(): void {
    this.#entries.clear();
  }
}
