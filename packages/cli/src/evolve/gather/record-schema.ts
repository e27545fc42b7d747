import type { ConsumerRecord } from "@letterpress/client";
import { readFraming, readHeaderFraming, SCHEMA_ID_HEADERS, SchemaError } from "@letterpress/schema";

/** Which schema wrote a record's key or value, and where its payload is. */
export interface RecordSchema {
  /** Its id, or its GUID as text. */
  readonly key: number | string;
  /** What holds the framing when it is a header; undefined when it stands in front of the payload. */
  readonly header: Buffer | undefined;
  /** Where what follows the schema's name begins in the framing: message indexes, or the payload. */
  readonly position: number;
}

/** The schema a record names; undefined for tombstones and for bytes without framing. */
export function recordSchema(record: ConsumerRecord, part: "key" | "value"): RecordSchema | undefined {
  const bytes = record[part];
  if (bytes === null) return undefined;
  const name = SCHEMA_ID_HEADERS[part];
  const value =
    record.headers.length === 0 ? undefined : record.headers.findLast(({ key }) => key === name)?.value;
  const header = value ? Buffer.from(value) : undefined;
  try {
    const framing = header === undefined ? readFraming(bytes) : readHeaderFraming(header);
    const key = framing.name.kind === "id" ? framing.name.id : framing.name.guid;
    return { key, header, position: framing.position };
  } catch (error) {
    if (error instanceof SchemaError) return undefined;
    throw error;
  }
}
