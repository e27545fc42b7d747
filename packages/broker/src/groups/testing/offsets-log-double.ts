import type { StateEntry, StateMachine, StoredEntry } from "@letterpress/log";
import type { OffsetsLog } from "../offsets-writer.ts";

/** A partition of `__consumer_offsets` in memory, whose disk can be slow or broken. Opening it again is a restart. */
export class OffsetsLogDouble implements OffsetsLog {
  /** The entries of each append. */
  readonly appends: (readonly StateEntry[])[] = [];
  /** Every append from now on fails with this. */
  failure: Error | undefined;
  readonly #stored: StoredEntry[] = [];
  readonly #waiting: (() => void)[] = [];
  #isHeld = false;
  #machine: StateMachine | undefined;

  readonly open = async (machine: StateMachine): Promise<OffsetsLog> => {
    for (const entry of this.#stored) machine.apply(entry);
    this.#machine = machine;
    return this;
  };

  async append(entries: readonly StateEntry[]): Promise<bigint> {
    this.appends.push(entries);
    if (this.#isHeld) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.failure !== undefined) throw this.failure;
    for (const entry of entries) {
      const stored = { ...entry, offset: BigInt(this.#stored.length), timestampMs: 0 };
      this.#stored.push(stored);
      this.#machine?.apply(stored);
    }
    return BigInt(this.#stored.length);
  }

  /** Nothing becomes durable until {@link release}. */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
