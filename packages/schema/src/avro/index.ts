export { isAvro, type ParsedAvroSchema, parseAvroSchema } from "./avro-schema.ts";
export type { Decimal } from "./codec/decimal.ts";
export { avroIncompatibilities } from "./compatibility.ts";
export { inlinedText } from "./inlined-text.ts";
export type { JsonNode } from "./json-reader.ts";
export { lossyReads } from "./lossy-reads.ts";
export { type ParseAvroOptions, type ParsedAvro, parseAvro, parseResolvedAvro } from "./parse.ts";
export { parsingCanonicalForm } from "./parsing-canonical-form.ts";
export { childrenOf, recordsOf } from "./recursion.ts";
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
export { type AvroSerdeOptions, avroSerde } from "./serde.ts";
export {
  type LeafShape,
  type LongFields,
  leafShape,
  longsAreNumbers,
  type UnionCase,
  type UnionShape,
  unionShape,
} from "./shape.ts";
