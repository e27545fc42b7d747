import { encodeRecordBatch } from "@letterpress/wire";
import type { StateEntry } from "./state-machine.ts";

/** What a record takes beside its key and value, about. */
const RECORD_OVERHEAD_BYTES = 16;

/** One record batch of state entries. */
export function encodeEntries(entries: readonly StateEntry[], nowMs: number): Buffer {
  const records = entries.map(({ key, value, timestampMs = nowMs }) => ({ key, value, timestampMs }));
  return encodeRecordBatch(records, {}, nowMs);
}

/** About how many bytes the entries take in a log. */
export function entryBytes(entries: Iterable<StateEntry>): number {
  let bytes = 0;
  for (const { key, value } of entries) bytes += key.length + (value?.length ?? 0) + RECORD_OVERHEAD_BYTES;
  return bytes;
}
