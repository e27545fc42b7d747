import type { RecordInit } from "@letterpress/wire";
import { LetterpressError } from "../letterpress-error.ts";
import type { Bytes, HeaderInit, ProducerRecord } from "../record.ts";

/**
 * A record as the batch builder takes it. Callers without types may pass anything: what is no record is refused here,
 * before it can spoil the batch that it would share with others.
 *
 * @throws LetterpressError `INVALID_ARGUMENT`
 */
export function toRecordInit(record: ProducerRecord): RecordInit {
  const { key = null, value, headers, timestampMs } = record;
  if (timestampMs !== undefined && !(Number.isSafeInteger(timestampMs) && timestampMs >= 0)) {
    throw invalid(`timestampMs ${timestampMs} is no number of milliseconds since the epoch`);
  }
  return {
    key: toBytes("key", key),
    value: toBytes("value", value),
    headers: headers?.map(toHeader),
    timestampMs,
  };
}

function toHeader({ key, value }: HeaderInit): { readonly key: string; readonly value: Uint8Array | null } {
  if (typeof key !== "string") throw invalid(`a header's key is a string, not ${typeName(key)}`);
  return { key, value: toBytes("header", value) };
}

function toBytes(part: string, value: Bytes | null): Uint8Array | null {
  if (value === null || value instanceof Uint8Array) return value;
  if (typeof value === "string") return Buffer.from(value);
  throw invalid(`a record's ${part} is text, a Uint8Array or null, not ${typeName(value)}`);
}

function typeName(value: unknown): string {
  return value === null ? "null" : typeof value;
}

function invalid(message: string): LetterpressError {
  return new LetterpressError("INVALID_ARGUMENT", message);
}
