import fc from "fast-check";
import type { Field } from "../schema/field.ts";

const INTEGERS: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  int8: fc.integer({ min: -0x80, max: 0x7f }),
  int16: fc.integer({ min: -0x8000, max: 0x7fff }),
  uint16: fc.integer({ min: 0, max: 0xffff }),
  int32: fc.integer(),
  uint32: fc.integer({ min: 0, max: 0xffffffff }),
  int64: fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }),
};

/** Random values of a field as a reader of `version` gives them: what the version lacks is at its default. */
export function arbitraryField(field: Field, version: number): fc.Arbitrary<unknown> {
  if (!field.isIn(version)) return fc.constant(field.defaultValue());
  const value = arbitraryValue(field, version);
  return version >= field.options.nullableSince ? fc.option(value, { nil: null }) : value;
}

function arbitraryValue({ type }: Field, version: number): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case "bool":
      return fc.boolean();
    case "float64":
      return fc.double({ noNaN: true });
    case "uuid":
      return fc.uuid();
    case "string":
      return fc.string({ unit: "grapheme", maxLength: 12 });
    case "bytes":
    case "records":
      return fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
    case "array":
      return fc.array(arbitraryField(type.element!, version), { maxLength: 4 });
    case "struct":
      return fc.record(
        Object.fromEntries(
          Object.entries(type.fields!).map(([name, field]) => [name, arbitraryField(field, version)]),
        ),
        { noNullPrototype: true },
      );
    default:
      return INTEGERS[type.kind]!;
  }
}
