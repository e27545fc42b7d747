import type { AvroNamed } from "@letterpress/schema";
import { typeText } from "./type-text.ts";

/**
 * What of a named type shows in TypeScript, as text to compare: types it is made of stand there by their names.
 * Two definitions of one name that differ here cannot be one TypeScript type.
 */
export function definitionText(type: AvroNamed): string {
  switch (type.kind) {
    case "enum":
      return `enum ${type.symbols.join(", ")}`;
    case "fixed":
      return `fixed ${type.logical?.name ?? ""}`;
    case "record": {
      const fields = type.fields.map((field) => {
        const text = typeText(field.type, {
          direction: "read",
          longsAsNumbers: false,
          nameOf: (each) => each.name.full,
        });
        return `${field.name}${field.default === undefined ? "" : "?"}: ${text}`;
      });
      return `record ${fields.join("; ")}`;
    }
  }
}
