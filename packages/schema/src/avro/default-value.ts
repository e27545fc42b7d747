import { isInt32, isInt64, isIntegerText } from "./integers.ts";
import type { JsonNode } from "./json-reader.ts";
import type { AvroSchema } from "./schema.ts";

/** JSON has no way to write these as numbers; Java's Avro reads them from text. */
const NON_FINITE: ReadonlySet<string> = new Set(["NaN", "Infinity", "-Infinity"]);

/**
 * What is wrong with a default value for a type; undefined when it fits. A union takes the value of any of its
 * branches, as current Avro has it.
 */
export function defaultFault(schema: AvroSchema, value: JsonNode): string | undefined {
  switch (schema.kind) {
    case "null":
      return value.kind === "null" ? undefined : expected("null", value);
    case "boolean":
      return value.kind === "boolean" ? undefined : expected("true or false", value);
    case "int":
      return value.kind === "number" && isIntegerText(value.text) && isInt32(BigInt(value.text))
        ? undefined
        : expected("a 32-bit integer", value);
    case "long":
      return value.kind === "number" && isIntegerText(value.text) && isInt64(BigInt(value.text))
        ? undefined
        : expected("a 64-bit integer", value);
    case "float":
    case "double":
      return value.kind === "number" || (value.kind === "string" && NON_FINITE.has(value.value))
        ? undefined
        : expected("a number", value);
    case "string":
      return value.kind === "string" ? undefined : expected("text", value);
    case "bytes":
      return byteTextFault(value);
    case "fixed":
      return byteTextFault(value, schema.sizeBytes);
    case "enum":
      return value.kind === "string" && schema.symbols.includes(value.value)
        ? undefined
        : expected(`one of ${schema.symbols.join(", ")}`, value);
    case "array":
      if (value.kind !== "array") return expected("an array", value);
      return firstFault(value.items, (item) => defaultFault(schema.items, item));
    case "map":
      if (value.kind !== "object") return expected("an object", value);
      return firstFault(value.entries, (entry) => defaultFault(schema.values, entry.value));
    case "union":
      return defaultBranch(schema.branches, value) === undefined
        ? `fits none of the union's branches: ${describe(value)}`
        : undefined;
    case "record":
      if (value.kind !== "object") return expected("an object", value);
      return firstFault(schema.fields, (field) => {
        const given = value.entries.find((entry) => entry.key === field.name)?.value;
        if (given !== undefined) return defaultFault(field.type, given);
        return field.default === undefined ? `lacks the field "${field.name}"` : undefined;
      });
  }
}

/** The index of the first branch that a default value fits. */
export function defaultBranch(branches: readonly AvroSchema[], value: JsonNode): number | undefined {
  const index = branches.findIndex((branch) => defaultFault(branch, value) === undefined);
  return index < 0 ? undefined : index;
}

function firstFault<T>(items: readonly T[], check: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const fault = check(item);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** Defaults of bytes are text whose characters are the bytes. */
function byteTextFault(value: JsonNode, sizeBytes?: number): string | undefined {
  if (value.kind !== "string") return expected("text that spells the bytes", value);
  if (Array.from(value.value).some((character) => character > "\u00ff"))
    return "has characters above \\u00ff, which are not bytes";
  if (sizeBytes !== undefined && value.value.length !== sizeBytes) {
    return `has ${value.value.length} bytes where the type has ${sizeBytes}`;
  }
  return undefined;
}

function expected(what: string, value: JsonNode): string {
  return `has to be ${what}, not ${describe(value)}`;
}

function describe(value: JsonNode): string {
  switch (value.kind) {
    case "string":
      return JSON.stringify(value.value.slice(0, 50));
    case "number":
      return value.text.slice(0, 50);
    case "boolean":
      return String(value.value);
    case "null":
      return "null";
    case "array":
      return "an array";
    case "object":
      return "an object";
  }
}
