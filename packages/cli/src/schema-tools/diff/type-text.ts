import type { AvroSchema } from "@letterpress/schema";

/** An Avro type in a few words: `array<shop.Line>`, `null | string`, `long (timestamp-millis)`. */
export function typeText(type: AvroSchema): string {
  if (type.kind === "array") return `array<${typeText(type.items)}>`;
  if (type.kind === "map") return `map<${typeText(type.values)}>`;
  if (type.kind === "union") return type.branches.map(typeText).join(" | ");
  const name = "name" in type ? type.name.full : type.kind;
  const logical = "logical" in type ? type.logical : undefined;
  if (logical === undefined) return name;
  return logical.name === "decimal"
    ? `${name} (decimal ${logical.precision}, ${logical.scale})`
    : `${name} (${logical.name})`;
}
