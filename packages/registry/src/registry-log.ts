import type { RegistryEntry, RegistryState } from "./registry-state.ts";

/** Where the registry writes: the compacted `_schemas` topic, or memory. */
export interface RegistryLog {
  /**
   * Appends the entries together, in order. Resolves with the last one's offset once they are durable and have been
   * applied to the state; rejects when they are not stored.
   */
  append(entries: readonly RegistryEntry[]): Promise<bigint>;
}

/** A log that forgets everything with the process. */
export class MemoryRegistryLog implements RegistryLog {
  readonly #state: RegistryState;
  #endOffset = 0n;

  constructor(state: RegistryState) {
    this.#state = state;
  }

  async append(entries: readonly RegistryEntry[]): Promise<bigint> {
    for (const entry of entries) this.#state.apply(entry);
    this.#endOffset += BigInt(entries.length);
    return this.#endOffset - 1n;
  }
}
