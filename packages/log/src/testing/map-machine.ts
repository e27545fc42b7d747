import type { StateEntry, StateMachine, StoredEntry } from "../state-machine.ts";

/** The plainest keyed state: the latest value of every key. */
export class MapMachine implements StateMachine {
  readonly values = new Map<string, string>();
  /** Every entry that was applied, in order. */
  readonly history: { readonly offset: bigint; readonly key: string; readonly value: string | null }[] = [];

  apply({ offset, key, value }: StoredEntry): void {
    const text = value === null ? null : String(value);
    this.history.push({ offset, key: String(key), value: text });
    if (text === null) this.values.delete(String(key));
    else this.values.set(String(key), text);
  }

  *liveEntries(): Iterable<StateEntry> {
    for (const [key, value] of this.values) yield { key: Buffer.from(key), value: Buffer.from(value) };
  }
}

export function entryOf(key: string, value: string | null): StateEntry {
  return { key: Buffer.from(key), value: value === null ? null : Buffer.from(value) };
}
