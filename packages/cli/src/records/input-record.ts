import { z } from "zod";
import { JsonFault } from "../json/json-fault.ts";
import { fromPlainBytes, plainBytes } from "../json/plain-bytes.ts";

/** A line of `produce --envelope`: what `consume` prints is one. */
export interface InputRecord {
  readonly key?: unknown;
  readonly value: unknown;
  readonly timestampMs?: number | undefined;
  readonly headers?: readonly { readonly key: string; readonly value: Buffer | null }[] | undefined;
}

const envelope = z.strictObject({
  key: z.unknown().optional(),
  value: z.unknown(),
  /** These two are printed by `consume`; where a record comes from does not say where it goes. */
  partition: z.unknown().optional(),
  offset: z.unknown().optional(),
  timestamp: z.union([z.iso.datetime({ offset: true }), z.int()]).optional(),
  headers: z.array(z.strictObject({ key: z.string(), value: plainBytes.nullable() })).optional(),
});

/** @throws JsonFault for what is no envelope. */
export function readEnvelope(json: unknown): InputRecord {
  const parsed = envelope.safeParse(json);
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues as [z.core.$ZodIssue];
    throw new JsonFault(message, path.join("."));
  }
  const { key, value, timestamp } = parsed.data;
  if (value === undefined) throw new JsonFault("is missing; a tombstone has null", "value");
  const timestampMs = timestamp === undefined ? undefined : new Date(timestamp).getTime();
  const headers = parsed.data.headers?.map((header) => ({
    key: header.key,
    value: header.value === null ? null : fromPlainBytes(header.value),
  }));
  return { key, value, timestampMs, headers };
}
