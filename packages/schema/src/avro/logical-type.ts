import type { JsonNode } from "./json-reader.ts";
import type { AvroLogicalType, AvroProperties } from "./schema.ts";

const ON_INT: ReadonlySet<string> = new Set(["date", "time-millis"]);
const ON_LONG: ReadonlySet<string> = new Set([
  "time-micros",
  "timestamp-millis",
  "timestamp-micros",
  "local-timestamp-millis",
  "local-timestamp-micros",
]);
const DURATION_BYTES = 12;

/**
 * The logical type that the properties ask for, where it fits the type. As the specification has it, a logical
 * type that is unknown or does not fit is ignored, not refused.
 */
export function logicalTypeOf(
  kind: string,
  properties: AvroProperties,
  sizeBytes?: number,
): AvroLogicalType | undefined {
  const written = properties.get("logicalType");
  if (written?.kind !== "string") return undefined;
  const name = written.value;
  const fits =
    (kind === "int" && ON_INT.has(name)) ||
    (kind === "long" && ON_LONG.has(name)) ||
    (kind === "string" && name === "uuid") ||
    (kind === "fixed" && name === "duration" && sizeBytes === DURATION_BYTES);
  if (fits) return { name: name as Exclude<AvroLogicalType["name"], "decimal"> };
  if (name === "decimal" && (kind === "bytes" || kind === "fixed")) return decimal(properties, sizeBytes);
  return undefined;
}

function decimal(properties: AvroProperties, sizeBytes: number | undefined): AvroLogicalType | undefined {
  const precision = integer(properties.get("precision"));
  const scale = properties.has("scale") ? integer(properties.get("scale")) : 0;
  if (precision === undefined || scale === undefined) return undefined;
  if (precision < 1 || scale < 0 || scale > precision) return undefined;
  if (sizeBytes !== undefined && precision > fixedPrecisionMax(sizeBytes)) return undefined;
  return { name: "decimal", precision, scale };
}

/** How many decimal digits always fit into a signed integer of so many bytes. */
function fixedPrecisionMax(sizeBytes: number): number {
  return Math.floor(Math.log10(2) * (8 * sizeBytes - 1));
}

function integer(node: JsonNode | undefined): number | undefined {
  if (node?.kind !== "number" || !/^-?\d+$/.test(node.text)) return undefined;
  return Number(node.text);
}
