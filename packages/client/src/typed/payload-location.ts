import { ID_FRAMING_BYTES, readHeaderFraming, readSchemaId, SCHEMA_ID_HEADERS } from "@letterpress/schema";
import type { RecordHeader } from "@letterpress/wire";

/** A schema as a record names it: by its id in the registry, or by the GUID it has in every registry. */
export type SchemaReferent = number | string;

/** Which schema wrote a payload, and where the payload begins. */
export interface PayloadLocation {
  readonly schema: SchemaReferent;
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
    const schema = readSchemaId(bytes);
    return { schema, framing: bytes, indexesAt: ID_FRAMING_BYTES, position: ID_FRAMING_BYTES };
  }
  const framing = Buffer.from(header.value.buffer, header.value.byteOffset, header.value.length);
  const { name: given, position } = readHeaderFraming(framing);
  const schema = given.kind === "guid" ? given.guid : given.id;
  return { schema, framing, indexesAt: position, position: 0 };
}
