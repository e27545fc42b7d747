import type { Io } from "./io.ts";

const INTERVAL_MS = 100;
const CLEAR_LINE = "\r\x1b[2K";

/** Tells on stderr how far long work has come, when a person looks at it; otherwise it is silent. */
export class Progress implements Disposable {
  readonly #stderr: Io["stderr"];
  readonly #noun: string;
  readonly #startMs = performance.now();
  #shownMs = 0;

  constructor(io: Pick<Io, "stderr">, noun: string) {
    this.#stderr = io.stderr;
    this.#noun = noun;
  }

  /** @param total what `count` is to become, where that is known. */
  update(count: number, total?: number): void {
    if (this.#stderr.isTTY !== true) return;
    const nowMs = performance.now();
    if (nowMs - this.#shownMs < INTERVAL_MS) return;
    this.#shownMs = nowMs;
    const perSecond = Math.round((count * 1000) / (nowMs - this.#startMs));
    const done = count.toLocaleString("en");
    const share = total === undefined ? done : `${done} of ${total.toLocaleString("en")}`;
    this.#stderr.write(`${CLEAR_LINE}${share} ${this.#noun}, ${perSecond.toLocaleString("en")}/s`);
  }

  [Symbol.dispose](): void {
    if (this.#shownMs > 0) this.#stderr.write(CLEAR_LINE);
  }
}
