import type { StateEntry, StateMachine, StoredEntry } from "@letterpress/log";
import { LeadershipState } from "./leadership-state.ts";

/**
 * The cluster's metadata as its log has it: every key as it was written, and who leads. What the other keys mean is the
 * business of `machine`, the broker's own state, which is kept up with it.
 */
export class ClusterMetadata implements StateMachine {
  readonly leadership = new LeadershipState();
  readonly #values = new Map<string, Buffer>();
  readonly #machine: StateMachine;
  readonly #onChange: () => void;
  #isTelling = false;

  /** @param onChange called after changes, once for all of one turn. */
  constructor(machine: StateMachine, onChange: () => void) {
    this.#machine = machine;
    this.#onChange = onChange;
  }

  /** What the key was last set to; undefined when it was removed or never set. */
  get(key: Buffer): Buffer | undefined {
    return this.#values.get(key.toString());
  }

  apply(entry: StoredEntry): void {
    const key = entry.key.toString();
    if (entry.value === null) this.#values.delete(key);
    else this.#values.set(key, Buffer.from(entry.value));
    this.leadership.apply(entry);
    this.#machine.apply(entry);
    if (this.#isTelling) return;
    this.#isTelling = true;
    queueMicrotask(() => {
      this.#isTelling = false;
      this.#onChange();
    });
  }

  *liveEntries(): Iterable<StateEntry> {
    for (const [key, value] of this.#values) yield { key: Buffer.from(key), value };
  }
}
