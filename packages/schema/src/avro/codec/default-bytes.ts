import { defaultBranch } from "../default-value.ts";
import { type JsonNode, schemaFault } from "../json-reader.ts";
import { DEFAULT_BYTES_MAX, RECURSION_DEPTH_MAX } from "../limits.ts";
import type { AvroSchema } from "../schema.ts";
import { AvroOutput } from "./output.ts";

/**
 * The Avro bytes of a default value, which has been checked against its type.
 *
 * @throws SchemaError `INVALID_SCHEMA` for a default that its fields' own defaults make endless or huge.
 */
export function defaultBytes(schema: AvroSchema, value: JsonNode): Buffer {
  const output = new AvroOutput();
  output.begin();
  write(schema, value, output, 0);
  return output.finish();
}

function write(schema: AvroSchema, value: JsonNode, output: AvroOutput, depth: number): void {
  if (depth > RECURSION_DEPTH_MAX || output.size > DEFAULT_BYTES_MAX) {
    throw schemaFault(
      "the default is endless or too long, because of the defaults of its own fields",
      value.location,
    );
  }
  switch (schema.kind) {
    case "null":
      return;
    case "boolean":
      output.writeByte(value.kind === "boolean" && value.value ? 1 : 0);
      return;
    case "int":
    case "long":
      output.writeLong(BigInt(textOf(value)));
      return;
    case "float":
      output.writeFloat(Number(textOf(value)));
      return;
    case "double":
      output.writeDouble(Number(textOf(value)));
      return;
    case "string":
      output.writeString(textOf(value));
      return;
    case "bytes":
      output.writeBytes(Buffer.from(textOf(value), "latin1"));
      return;
    case "fixed":
      output.writeRaw(Buffer.from(textOf(value), "latin1"));
      return;
    case "enum":
      output.writeInt(schema.symbols.indexOf(textOf(value)));
      return;
    case "array": {
      const items = value.kind === "array" ? value.items : [];
      if (items.length > 0) output.writeInt(items.length);
      for (const item of items) write(schema.items, item, output, depth + 1);
      output.writeByte(0);
      return;
    }
    case "map": {
      const entries = value.kind === "object" ? value.entries : [];
      if (entries.length > 0) output.writeInt(entries.length);
      for (const entry of entries) {
        output.writeString(entry.key);
        write(schema.values, entry.value, output, depth + 1);
      }
      output.writeByte(0);
      return;
    }
    case "union": {
      const index = defaultBranch(schema.branches, value) ?? 0;
      output.writeInt(index);
      write(schema.branches[index]!, value, output, depth + 1);
      return;
    }
    case "record":
      for (const field of schema.fields) {
        const entry = value.kind === "object" && value.entries.find(({ key }) => key === field.name);
        write(field.type, entry ? entry.value : field.default!, output, depth + 1);
      }
  }
}

function textOf(value: JsonNode): string {
  if (value.kind === "string") return value.value;
  return value.kind === "number" ? value.text : "";
}
