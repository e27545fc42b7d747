import {
  type EnumDescriptorProto,
  type FieldDescriptorProto,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from "@bufbuild/protobuf/wkt";
import type { OptionValue } from "./option-value.ts";
import { escapeBytes } from "./string-literal.ts";
import { invalidSchema } from "./token.ts";

const integerBounds: ReadonlyMap<Type, readonly [bigint, bigint]> = new Map(
  (
    [
      [[Type.INT32, Type.SINT32, Type.SFIXED32], -(2n ** 31n), 2n ** 31n - 1n],
      [[Type.INT64, Type.SINT64, Type.SFIXED64], -(2n ** 63n), 2n ** 63n - 1n],
      [[Type.UINT32, Type.FIXED32], 0n, 2n ** 32n - 1n],
      [[Type.UINT64, Type.FIXED64], 0n, 2n ** 64n - 1n],
    ] as const
  ).flatMap(([types, min, max]) => types.map((type) => [type, [min, max] as const] as const)),
);

/** The value of an integer option, checked against the bounds of its type. */
export function checkInteger(type: Type, value: OptionValue): bigint {
  const bounds = integerBounds.get(type)!;
  if (value.kind !== "integer") throw invalidSchema("this option takes an integer", value.location);
  if (value.value < bounds[0] || value.value > bounds[1]) {
    throw invalidSchema(`${value.value} is outside ${bounds[0]} to ${bounds[1]}`, value.location);
  }
  return value.value;
}

/** The value of a floating-point option; integers and the words for infinity count too. */
export function checkFloat(value: OptionValue): number {
  if (value.kind === "float") return value.value;
  if (value.kind === "integer") return value.value === 0n && value.negative ? -0 : Number(value.value);
  if (value.kind === "identifier" && /^inf(inity)?$/i.test(value.text)) return Infinity;
  if (value.kind === "identifier" && /^nan$/i.test(value.text)) return Number.NaN;
  throw invalidSchema("this option takes a number, inf or nan", value.location);
}

/** The text of `default_value` for a field whose type has been resolved. */
export function defaultText(
  field: FieldDescriptorProto,
  value: OptionValue,
  enumType: EnumDescriptorProto | undefined,
): string {
  if (field.label === Label.REPEATED) {
    throw invalidSchema("a repeated field cannot have a default value", value.location);
  }
  if (integerBounds.has(field.type)) return checkInteger(field.type, value).toString();
  switch (field.type) {
    case Type.FLOAT:
      return floatText(Math.fround(checkFloat(value)));
    case Type.DOUBLE:
      return floatText(checkFloat(value));
    case Type.BOOL:
      if (value.kind === "identifier" && (value.text === "true" || value.text === "false")) return value.text;
      throw invalidSchema("the default of a bool is true or false", value.location);
    case Type.STRING:
      if (value.kind === "string") return value.bytes.toString("utf8");
      throw invalidSchema("the default of a string field is a string", value.location);
    case Type.BYTES:
      if (value.kind === "string") return escapeBytes(value.bytes);
      throw invalidSchema("the default of a bytes field is a string", value.location);
    case Type.ENUM:
      if (value.kind === "identifier" && enumType?.value.some((one) => one.name === value.text))
        return value.text;
      throw invalidSchema(
        `the default of an enum field is one of ${enumType?.name ?? "its"} values`,
        value.location,
      );
    default:
      throw invalidSchema("a message field cannot have a default value", value.location);
  }
}

/** A number as buf writes it: Go's shortest `%g`, which for a float spells its exact value as a double. */
function floatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (Object.is(value, -0)) return "-0";
  const [mantissa, exponent] = value.toExponential().split("e") as [string, string];
  const power = Number(exponent);
  if (power >= -4 && power < goExponentMin) return String(value);
  return `${mantissa}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}

/** From this power of ten on, Go's shortest `%g` uses an exponent. */
const goExponentMin = 6;
