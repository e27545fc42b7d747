import {
  ID_FRAMING_BYTES,
  readHeaderFraming,
  readSchemaId,
  SCHEMA_ID_HEADERS,
  SchemaError,
} from "@letterpress/schema";
import type { RecordHeader } from "@letterpress/wire";

/** Which schema wrote a payload, and where the payload begins. */
export interface PayloadLocation {
  readonly schemaId: number;
  /** What holds the framing: the payload's own bytes, or a header's. */
  readonly framing: Buffer;
  /** Where the message indexes of a Protobuf payload begin, in `framing`. */
  readonly indexesAt: number;
  /** Where the payload begins; behind the message indexes, if `framing` is the payload's own. */
  readonly position: number;
}

/** Finds the schema of a key or value: in its header, where there is one, or in front of the payload. */
export function locatePayload(
  part: "key" | "value",
  bytes: Buffer,
  headers: readonly RecordHeader[],
): PayloadLocation {
  const name = SCHEMA_ID_HEADERS[part];
  const header = headers.length === 0 ? undefined : headers.findLast(({ key }) => key === name);
  if (header?.value === undefined || header.value === null) {
    const schemaId = readSchemaId(bytes);
    return { schemaId, framing: bytes, indexesAt: ID_FRAMING_BYTES, position: ID_FRAMING_BYTES };
  }
  const framing = Buffer.from(header.value.buffer, header.value.byteOffset, header.value.length);
  const { name: schema, position } = readHeaderFraming(framing);
  if (schema.kind === "guid") {
    throw new SchemaError("INVALID_FRAMING", "the record names its schema by GUID; this client reads ids");
  }
  return { schemaId: schema.id, framing, indexesAt: position, position: 0 };
}
