import { type Reader, WireError, Writer } from "@letterpress/wire";
import { ProtocolError } from "../protocol-error.ts";
import type { Codec } from "./codec.ts";
import { Field, type FieldType, type Infer, type Init } from "./field.ts";

/** No message of Kafka's has more than a handful; the bound keeps a hostile header cheap. */
const TAGGED_FIELDS_MAX = 1024;

// biome-ignore lint/suspicious/noExplicitAny: a shape holds fields of every type
type AnyField<Optional extends boolean = any> = Field<any, any, Optional>;
export type Shape = Readonly<Record<string, AnyField>>;

type OptionalKey<S extends Shape> = { [K in keyof S]: S[K] extends AnyField<true> ? K : never }[keyof S];
type Simplify<T> = { [K in keyof T]: T[K] };

export type StructOut<S extends Shape> = { [K in keyof S]: Infer<S[K]> };
export type StructIn<S extends Shape> = Simplify<
  { readonly [K in Exclude<keyof S, OptionalKey<S>>]: Init<S[K]> } & {
    readonly [K in OptionalKey<S>]?: Init<S[K]> | undefined;
  }
>;

interface NamedCodec {
  readonly name: string;
  readonly field: Field;
  readonly codec: Codec;
}

/** A group of fields. In flexible versions it ends with its tagged fields. */
export function struct<S extends Shape>(shape: S): Field<StructOut<S>, StructIn<S>, false> {
  const type: FieldType<StructOut<S>, StructIn<S>> = {
    kind: "struct",
    get defaultValue() {
      return defaults(shape) as StructOut<S>;
    },
    fields: shape,
    compile: (version, flexible, nullable) => {
      const plain = compileStruct(shape, version, flexible) as Codec<StructOut<S>, StructIn<S>>;
      return nullable ? nullableStruct(plain) : plain;
    },
  };
  return new Field<StructOut<S>, StructIn<S>, false>(type);
}

function defaults(shape: Shape): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(shape)) value[name] = field.options.defaultValue;
  return value;
}

/** A nullable struct is preceded by one byte: -1 for null, 1 for a value (KIP-893). */
function nullableStruct<Out, In>(plain: Codec<Out, In>): Codec<Out, In> {
  return {
    bytesMin: 1,
    read: (reader) => (reader.int8() < 0 ? (null as Out) : plain.read(reader)),
    write(writer, value) {
      writer.int8(value === null ? -1 : 1);
      if (value !== null) plain.write(writer, value);
    },
  };
}

function compileStruct(shape: Shape, version: number, flexible: boolean): Codec {
  const untagged: NamedCodec[] = [];
  const tagged: NamedCodec[] = [];
  const unsendable: [string, Field][] = [];
  for (const [name, field] of Object.entries(shape)) {
    if (!field.isIn(version)) {
      if (!field.options.ignorable) unsendable.push([name, field]);
    } else if (field.options.tag === undefined) {
      untagged.push({ name, field, codec: field.compile(version, flexible) });
    } else if (flexible) {
      tagged.push({ name, field, codec: field.compile(version, flexible) });
    }
  }
  tagged.sort((a, b) => a.field.options.tag! - b.field.options.tag!);
  const readFields = compileRead(shape, untagged);
  const byTag = new Map(tagged.map((entry) => [entry.field.options.tag!, entry]));

  return {
    bytesMin: untagged.reduce((sum, { codec }) => sum + codec.bytesMin, flexible ? 1 : 0),
    read(reader) {
      const value = readFields(reader);
      if (flexible) readTagged(reader, byTag, value);
      return value;
    },
    write(writer, input) {
      const value = input as Record<string, unknown>;
      for (const [name, field] of unsendable) refuseUnsendable(name, field, value[name], version);
      for (const { name, field, codec } of untagged) {
        const given = value[name];
        codec.write(writer, given === undefined ? field.options.defaultValue : given);
      }
      if (flexible) writeTagged(writer, tagged, value);
    },
  };
}

/**
 * Makes the function that reads the untagged fields. It is generated as one object literal, so that V8 gives
 * every message of a version one hidden class; names come from our own message definitions only.
 */
function compileRead(
  shape: Shape,
  untagged: readonly NamedCodec[],
): (reader: Reader) => Record<string, unknown> {
  const codecs = new Map(untagged.map(({ name, codec }) => [name, codec]));
  const names = Object.keys(shape);
  const parameters = names.map((_, index) => `f${index}`);
  const properties = names.map(
    (name, index) => `${name}: ${codecs.has(name) ? `f${index}.read(r)` : `f${index}`}`,
  );
  const make = new Function(...parameters, `return (r) => ({ ${properties.join(", ")} });`);
  return make(...names.map((name) => codecs.get(name) ?? shape[name]!.options.defaultValue));
}

function refuseUnsendable(name: string, field: Field, value: unknown, version: number): void {
  if (value === undefined || isDefault(field, value)) return;
  throw new ProtocolError("FIELD_NOT_IN_VERSION", `field ${name} cannot be sent in version ${version}`);
}

function isDefault(field: Field, value: unknown): boolean {
  const { defaultValue } = field.options;
  if (value === defaultValue) return true;
  if (Array.isArray(value) && Array.isArray(defaultValue)) return value.length === 0;
  return false;
}

/** Reads the tagged section: uvarint count, then (uvarint tag, uvarint size, value) in ascending tag order. */
function readTagged(
  reader: Reader,
  byTag: ReadonlyMap<number, NamedCodec>,
  value: Record<string, unknown>,
): void {
  const count = reader.uvarint();
  if (count === 0) return;
  reader.checkCount(count, 2);
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
    value[entry.name] = entry.codec.read(reader);
    if (reader.position !== end) {
      throw new WireError("MALFORMED", `tagged field ${entry.name} states ${size} bytes and takes others`);
    }
  }
}

function writeTagged(writer: Writer, tagged: readonly NamedCodec[], value: Record<string, unknown>): void {
  const present = tagged.filter(
    ({ name, field }) => value[name] !== undefined && !isDefault(field, value[name]),
  );
  writer.uvarint(present.length);
  for (const { name, field, codec } of present) {
    const body = new Writer();
    codec.write(body, value[name]);
    writer.uvarint(field.options.tag!);
    writer.uvarint(body.size);
    for (const chunk of body.chunks()) writer.bytes(chunk);
  }
}
