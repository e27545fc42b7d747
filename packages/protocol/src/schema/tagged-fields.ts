import { type Reader, WireError, Writer } from "@letterpress/wire";
import type { Codec } from "./codec.ts";
import type { Field } from "./field.ts";
import { locate } from "./locate.ts";

/** No message of Kafka's has more than a handful; the bound keeps a hostile header cheap. */
const TAGGED_FIELDS_MAX = 1024;
/** An unknown tag takes at least a tag and a size. */
const TAGGED_FIELD_BYTES_MIN = 2;

/** A field of a struct with its codec for one version. */
export interface NamedCodec {
  readonly name: string;
  readonly field: Field;
  readonly codec: Codec;
}

/**
 * Reads the tagged section into `values`: uvarint count, then (uvarint tag, uvarint size, value) in ascending
 * order of tags. Unknown tags are skipped (KIP-482).
 */
export function readTagged(
  reader: Reader,
  byTag: ReadonlyMap<number, NamedCodec>,
  values: Record<string, unknown>,
): void {
  const count = reader.uvarint();
  if (count === 0) return;
  reader.checkCount(count, TAGGED_FIELD_BYTES_MIN);
  if (count > TAGGED_FIELDS_MAX) {
    throw new WireError("MALFORMED", `${count} tagged fields, ${TAGGED_FIELDS_MAX} are allowed`);
  }
  let previousTag = -1;
  for (let index = 0; index < count; index++) {
    const tag = reader.uvarint();
    const size = reader.uvarint();
    if (tag <= previousTag) throw new WireError("MALFORMED", `tag ${tag} follows tag ${previousTag}`);
    previousTag = tag;
    const entry = byTag.get(tag);
    if (entry === undefined) {
      reader.skip(size);
      continue;
    }
    const end = reader.position + size;
    values[entry.name] = readTaggedField(reader, entry);
    if (reader.position !== end) {
      throw new WireError(
        "MALFORMED",
        `tagged field ${entry.name} does not take the ${size} bytes it states`,
      );
    }
  }
}

function readTaggedField(reader: Reader, { name, codec }: NamedCodec): unknown {
  try {
    return codec.read(reader);
  } catch (error) {
    throw locate(error, name);
  }
}

/** Writes the tagged section. Fields at their default are left out, as Kafka's own clients do. */
export function writeTagged(
  writer: Writer,
  tagged: readonly NamedCodec[],
  values: Readonly<Record<string, unknown>>,
): void {
  const present = tagged.filter(({ name, field }) => !field.isDefault(values[name]));
  writer.uvarint(present.length);
  for (const { name, field, codec } of present) {
    const body = new Writer();
    codec.write(body, values[name]);
    writer.uvarint(field.options.tag!);
    writer.uvarint(body.size);
    for (const chunk of body.chunks()) writer.bytes(chunk);
  }
}

/** Writes an empty tagged section. */
export function writeNoTagged(writer: Writer): void {
  writer.uvarint(0);
}
