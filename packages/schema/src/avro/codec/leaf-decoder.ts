import { literal } from "../../codec/emitter.ts";
import type { AvroFixed, AvroPrimitive } from "../schema.ts";
import { leafShape } from "../shape.ts";

/**
 * The source of an expression that reads a value without parts from the input `i`: written as one type, wanted as
 * another. `path` is for messages.
 */
export function leafSource(
  writer: AvroPrimitive | AvroFixed,
  reader: AvroPrimitive | AvroFixed,
  path: string,
  longsAsNumbers: boolean,
): string {
  switch (leafShape(reader, longsAsNumbers)) {
    case "null":
      return "null";
    case "boolean":
      return "i.readBoolean()";
    case "int":
      return "i.readInt()";
    case "long":
      return writer.kind === "int" ? "BigInt(i.readInt())" : "i.readLong()";
    case "safe-long":
      return writer.kind === "int" ? "i.readInt()" : `i.readSafeLong(${literal(path)})`;
    case "date-time":
      return writer.kind === "int" ? "new Date(i.readInt())" : `i.readDate(${literal(path)})`;
    case "float":
      return writer.kind === "float" ? "i.readFloat()" : `Math.fround(${numberSource(writer)})`;
    case "double":
      return numberSource(writer);
    case "bytes":
      return "i.readBytes()";
    case "string":
    case "uuid":
      return "i.readString()";
    case "fixed":
      return `i.readFixed(${sizeOf(writer)})`;
    case "duration":
      return "i.readDuration()";
    case "decimal": {
      // The writer's scale, where it has one: the value then says what was written, whatever the reader expects.
      const logical = writer.logical?.name === "decimal" ? writer.logical : reader.logical;
      const { scale } = logical as { scale: number };
      return writer.kind === "fixed"
        ? `i.readFixedDecimal(${scale}, ${sizeOf(writer)})`
        : `i.readDecimal(${scale})`;
    }
  }
}

function numberSource(writer: AvroPrimitive | AvroFixed): string {
  switch (writer.kind) {
    case "int":
      return "i.readInt()";
    case "long":
      return "i.readNearestLong()";
    case "float":
      return "i.readFloat()";
    default:
      return "i.readDouble()";
  }
}

function sizeOf(schema: AvroPrimitive | AvroFixed): number {
  return schema.kind === "fixed" ? schema.sizeBytes : 0;
}
