import { createHash } from "node:crypto";
import { parseSchema } from "./parse-schema.ts";
import type { ResolvedSchema } from "./schema-definition.ts";

/** Which schema a consumer reads the keys or values of a topic with. */
export interface ReaderDeclaration {
  readonly topic: string;
  readonly part: "key" | "value";
  /** The reader schema's {@link readerFingerprint}. */
  readonly fingerprint: string;
}

/*
 * Declarations travel in the user data of a consumer's group subscription, which every Kafka hands on unread:
 *
 *     int32   -1                  what sticky assignors of other clients take for "owned nothing before"
 *     4 bytes "LPRS"
 *     uint8   version, 1
 *     uint16  count, then for each
 *       uint16   length of the topic's name, then the name as UTF-8
 *       uint8    0 for keys, 1 for values
 *       16 bytes fingerprint
 */
const MAGIC = Buffer.from([0xff, 0xff, 0xff, 0xff, ...Buffer.from("LPRS"), 1]);
const FINGERPRINT_BYTES = 16;
/** A member has few topics; more than this is not declared, so that subscriptions stay small. */
const DECLARATIONS_MAX = 256;

/**
 * What tells one reader schema from another: 32 hexadecimal digits over its canonical text and what it includes.
 * Unlike Avro's own fingerprint it knows of defaults and aliases, by which a reader reads, and unlike a registry's
 * id it needs no registry.
 *
 * @throws SchemaError when the schema cannot be parsed.
 */
export function readerFingerprint(schema: ResolvedSchema): string {
  return fingerprintOf(schema, new Map());
}

/** Each schema once, however many ways lead to it. */
function fingerprintOf(schema: ResolvedSchema, known: Map<ResolvedSchema, string>): string {
  const found = known.get(schema);
  if (found !== undefined) return found;
  const hash = createHash("sha256").update(parseSchema(schema).canonicalText);
  const references = schema.references.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  for (const { name, schema: included } of references) {
    hash.update(`\0${name}\0${fingerprintOf(included, known)}`);
  }
  const fingerprint = hash.digest().toString("hex", 0, FINGERPRINT_BYTES);
  known.set(schema, fingerprint);
  return fingerprint;
}

/** User data that says which schemas a member reads with. */
export function writeReaderDeclarations(declarations: readonly ReaderDeclaration[]): Buffer {
  const written = declarations.slice(0, DECLARATIONS_MAX).map(({ topic, part, fingerprint }) => {
    const name = Buffer.from(topic);
    const entry = Buffer.alloc(2 + name.length + 1 + FINGERPRINT_BYTES);
    entry.writeUInt16BE(name.length, 0);
    name.copy(entry, 2);
    entry[2 + name.length] = part === "key" ? 0 : 1;
    entry.write(fingerprint, 3 + name.length, FINGERPRINT_BYTES, "hex");
    return entry;
  });
  const count = Buffer.alloc(2);
  count.writeUInt16BE(written.length);
  return Buffer.concat([MAGIC, count, ...written]);
}

/** What a member's user data declares; undefined for the data of clients that declare nothing. */
export function readReaderDeclarations(userData: Buffer): readonly ReaderDeclaration[] | undefined {
  if (userData.length < MAGIC.length + 2 || !userData.subarray(0, MAGIC.length).equals(MAGIC))
    return undefined;
  let position = MAGIC.length + 2;
  const declarations: ReaderDeclaration[] = [];
  for (let left = userData.readUInt16BE(MAGIC.length); left > 0; left--) {
    if (position + 2 > userData.length) return undefined;
    const nameEnd = position + 2 + userData.readUInt16BE(position);
    const end = nameEnd + 1 + FINGERPRINT_BYTES;
    if (end > userData.length) return undefined;
    declarations.push({
      topic: userData.toString("utf8", position + 2, nameEnd),
      part: userData[nameEnd] === 0 ? "key" : "value",
      fingerprint: userData.toString("hex", nameEnd + 1, end),
    });
    position = end;
  }
  return declarations;
}
