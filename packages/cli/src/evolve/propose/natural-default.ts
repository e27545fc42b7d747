import type { AvroSchema } from "@letterpress/schema";

/** The default that says "nothing" for a type, as JSON; undefined where no value would be natural. */
export function naturalDefault(type: AvroSchema): string | undefined {
  switch (type.kind) {
    case "null":
      return "null";
    case "boolean":
      return "false";
    case "int":
    case "long":
    case "float":
    case "double":
      return "0";
    case "string":
      // A uuid has no empty value.
      return type.logical === undefined ? '""' : undefined;
    case "bytes":
      return '""';
    case "array":
      return "[]";
    case "map":
      return "{}";
    case "enum":
      return JSON.stringify(type.default ?? type.symbols[0]);
    case "union":
      return naturalDefault(type.branches[0]!);
    case "record":
      return type.fields.every((field) => field.default !== undefined) ? "{}" : undefined;
    case "fixed":
      return undefined;
  }
}
