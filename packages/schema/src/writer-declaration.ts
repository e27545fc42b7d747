/** Which schema a producer writes the keys or values of a topic with. */
export interface WriterDeclaration {
  readonly part: "key" | "value";
  /** Where the schema is registered. */
  readonly subject: string;
  /** The id that the records are framed with. */
  readonly schemaId: number;
  /** The schema's `readerFingerprint`: one for whoever reads or writes with it, which needs no registry. */
  readonly fingerprint: string;
}

/*
 * Declarations travel beside a topic's records, in a field that every Kafka skips:
 *
 *     4 bytes "LPWS"
 *     uint8   version, 1
 *     uint8   count, then for each
 *       uint8    0 for keys, 1 for values
 *       int32    schema id
 *       16 bytes fingerprint
 *       uint16   length of the subject, then the subject as UTF-8
 */
const MAGIC = Buffer.from([...Buffer.from("LPWS"), 1]);
const COUNT_AT = MAGIC.length;
const HEADER_BYTES = COUNT_AT + 1;
const SCHEMA_ID_AT = 1;
const FINGERPRINT_AT = SCHEMA_ID_AT + 4;
const FINGERPRINT_BYTES = 16;
const SUBJECT_LENGTH_AT = FINGERPRINT_AT + FINGERPRINT_BYTES;
const SUBJECT_AT = SUBJECT_LENGTH_AT + 2;
const SUBJECT_BYTES_MAX = 0xffff;
/** A build writes a topic with a key's and a value's schema, or with those of some record types. */
const DECLARATIONS_MAX = 64;

/**
 * What a producer says of the schemas it writes one topic with; at most the first 64 are said, and none whose subject
 * takes more than 65,535 bytes. Ids are 32-bit integers, fingerprints 32 hexadecimal digits.
 */
export function writeWriterDeclarations(declarations: readonly WriterDeclaration[]): Buffer {
  const entries = declarations.slice(0, DECLARATIONS_MAX).flatMap((declaration) => {
    const { part, subject, schemaId, fingerprint } = declaration;
    const name = Buffer.from(subject);
    if (name.length > SUBJECT_BYTES_MAX) return [];
    const entry = Buffer.alloc(SUBJECT_AT + name.length);
    entry[0] = part === "key" ? 0 : 1;
    entry.writeInt32BE(schemaId, SCHEMA_ID_AT);
    entry.write(fingerprint, FINGERPRINT_AT, FINGERPRINT_BYTES, "hex");
    entry.writeUInt16BE(name.length, SUBJECT_LENGTH_AT);
    name.copy(entry, SUBJECT_AT);
    return [entry];
  });
  return Buffer.concat([MAGIC, Buffer.from([entries.length]), ...entries]);
}

/** What a producer has declared; undefined for bytes that are no declaration. */
export function readWriterDeclarations(bytes: Buffer): readonly WriterDeclaration[] | undefined {
  if (bytes.length < HEADER_BYTES || !bytes.subarray(0, COUNT_AT).equals(MAGIC)) return undefined;
  const declarations: WriterDeclaration[] = [];
  let at = HEADER_BYTES;
  for (let left = bytes[COUNT_AT]!; left > 0; left--) {
    if (at + SUBJECT_AT > bytes.length) return undefined;
    const end = at + SUBJECT_AT + bytes.readUInt16BE(at + SUBJECT_LENGTH_AT);
    if (end > bytes.length) return undefined;
    declarations.push({
      part: bytes[at] === 0 ? "key" : "value",
      subject: bytes.toString("utf8", at + SUBJECT_AT, end),
      schemaId: bytes.readInt32BE(at + SCHEMA_ID_AT),
      fingerprint: bytes.toString("hex", at + FINGERPRINT_AT, at + SUBJECT_LENGTH_AT),
    });
    at = end;
  }
  return declarations;
}
