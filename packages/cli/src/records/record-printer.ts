import { type ConsumerRecord, LetterpressError } from "@letterpress/client";
import { SchemaError } from "@letterpress/schema";
import { JsonFault } from "../json/json-fault.ts";
import { toPlainBytes } from "../json/plain-bytes.ts";
import { jsonText } from "../output.ts";
import type { WriterDecoders } from "./writer-decoders.ts";

/** How a record is printed. */
export interface PrintedRecord {
  readonly line: string | Buffer;
  /** Why the value could not be decoded. */
  readonly fault?: string;
}

/** What every line begins with. */
function placeOf({ partition, offset, timestampMs }: ConsumerRecord) {
  return { partition, offset, timestamp: new Date(timestampMs).toISOString() };
}

/** One JSON document per record, its key and value decoded with the schemas that wrote them. */
export function jsonPrinter(decoders: WriterDecoders): (record: ConsumerRecord) => Promise<PrintedRecord> {
  return async (record) => {
    const place = placeOf(record);
    const headers = headersOf(record);
    const key = await keyToJson(record, decoders);
    try {
      const value =
        record.value === null ? null : await decoders.toJson("value", record.value, record.headers);
      return { line: jsonText({ ...place, key, value, headers }) };
    } catch (error) {
      if (!isRecordFault(error)) throw error;
      return { line: jsonText({ ...place, key, error: error.message, headers }), fault: error.message };
    }
  };
}

/** One JSON document per record, with key and value as bytes in base64. */
export function rawJsonPrinter(record: ConsumerRecord): Promise<PrintedRecord> {
  const { key, value } = record;
  const line = jsonText({
    ...placeOf(record),
    key: key?.toString("base64") ?? null,
    value: value?.toString("base64") ?? null,
    headers: headersOf(record),
  });
  return Promise.resolve({ line });
}

/** The value's bytes alone; a tombstone is an empty line. */
export function rawPrinter({ value }: ConsumerRecord): Promise<PrintedRecord> {
  return Promise.resolve({ line: value ?? "" });
}

/** A key may be text as well as something with a schema; what cannot be decoded is shown as it is. */
async function keyToJson({ key, headers }: ConsumerRecord, decoders: WriterDecoders): Promise<unknown> {
  if (key === null) return null;
  try {
    return await decoders.toJson("key", key, headers);
  } catch (error) {
    if (!isRecordFault(error)) throw error;
    return toPlainBytes(key);
  }
}

function headersOf({ headers }: ConsumerRecord): object[] | undefined {
  if (headers.length === 0) return undefined;
  return headers.map(({ key, value }) => ({ key, value: value === null ? null : toPlainBytes(value) }));
}

/** What is wrong with a record, as opposed to a registry that does not answer. */
function isRecordFault(error: unknown): error is Error {
  return error instanceof SchemaError || error instanceof LetterpressError || error instanceof JsonFault;
}
