export type { JsonNode } from "./json-reader.ts";
export { type ParseAvroOptions, type ParsedAvro, parseAvro, parseResolvedAvro } from "./parse.ts";
export { recordsOf, recursiveRecords } from "./recursion.ts";
export {
  type AvroArray,
  type AvroEnum,
  type AvroField,
  type AvroFixed,
  type AvroLogicalType,
  type AvroMap,
  type AvroName,
  type AvroNamed,
  type AvroPrimitive,
  type AvroPrimitiveName,
  type AvroProperties,
  type AvroRecord,
  type AvroSchema,
  type AvroUnion,
  isNamed,
} from "./schema.ts";
