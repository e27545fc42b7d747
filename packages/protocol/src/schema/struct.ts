import type { Reader, Writer } from "@letterpress/wire";
import { ProtocolError } from "../protocol-error.ts";
import type { Codec } from "./codec.ts";
import { Field, type FieldType, type Infer, type Init } from "./field.ts";
import { locate } from "./locate.ts";
import { type NamedCodec, readTagged, writeTagged } from "./tagged-fields.ts";

// biome-ignore lint/suspicious/noExplicitAny: a shape holds fields of every type
type AnyField<Optional extends boolean = any> = Field<any, any, Optional>;
export type Shape = Readonly<Record<string, AnyField>>;

type OptionalKey<S extends Shape> = { [K in keyof S]: S[K] extends AnyField<true> ? K : never }[keyof S];
type Simplify<T> = { [K in keyof T]: T[K] };

/** What reading a struct gives: every field is present. */
export type StructOut<S extends Shape> = { [K in keyof S]: Infer<S[K]> };
/** What writing a struct takes: fields that not every version carries, or with a default, may be left out. */
export type StructIn<S extends Shape> = Simplify<
  { readonly [K in Exclude<keyof S, OptionalKey<S>>]: Init<S[K]> } & {
    readonly [K in OptionalKey<S>]?: Init<S[K]> | undefined;
  }
>;

/** A group of fields. In flexible versions it ends with its tagged fields. */
export function struct<S extends Shape>(shape: S): Field<StructOut<S>, StructIn<S>, false> {
  const fields = Object.entries(shape);
  const type: FieldType<StructOut<S>, StructIn<S>> = {
    kind: "struct",
    defaultValue: () =>
      Object.fromEntries(fields.map(([name, field]) => [name, field.defaultValue()])) as StructOut<S>,
    isDefault: (value) => fields.every(([name, field]) => field.isDefault((value as Values)[name])),
    fields: shape,
    compile(version, flexible, nullable) {
      const plain = compileStruct(shape, version, flexible) as Codec<StructOut<S>, StructIn<S>>;
      return nullable ? nullableStruct(plain) : plain;
    },
  };
  return new Field<StructOut<S>, StructIn<S>, false>(type);
}

type Values = Readonly<Record<string, unknown>>;

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
      const values = input as Values;
      for (const [name, field] of unsendable) {
        if (field.isDefault(values[name])) continue;
        throw new ProtocolError(
          "FIELD_NOT_IN_VERSION",
          `field ${name} cannot be sent in version ${version}; leave it out or negotiate a version that has it`,
        );
      }
      writeFields(writer, untagged, values);
      if (flexible) writeTagged(writer, tagged, values);
    },
  };
}

/** Makes the function that reads the untagged fields; all others take their defaults. */
function compileRead(
  shape: Shape,
  untagged: readonly NamedCodec[],
): (reader: Reader) => Record<string, unknown> {
  const codecs = new Map(untagged.map(({ name, codec }) => [name, codec]));
  const steps = Object.entries(shape).map(([name, field]) => ({ name, field, codec: codecs.get(name) }));
  return (reader) => {
    const value: Record<string, unknown> = {};
    for (const { name, field, codec } of steps) {
      try {
        value[name] = codec === undefined ? field.defaultValue() : codec.read(reader);
      } catch (error) {
        throw locate(error, name);
      }
    }
    return value;
  };
}

function writeFields(writer: Writer, untagged: readonly NamedCodec[], values: Values): void {
  for (const { name, field, codec } of untagged) {
    const value = values[name];
    try {
      codec.write(writer, value === undefined ? field.defaultValue() : value);
    } catch (error) {
      throw locate(error, name);
    }
  }
}
