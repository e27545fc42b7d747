export { protobufDifferences, protobufIncompatibilities } from "./compatibility.ts";
export type { DifferenceType, ProtobufDifference } from "./difference.ts";
export { locateInProtobuf } from "./locate.ts";
export { type ParseProtobufOptions, type ProtobufSchema, parseProtobuf } from "./protobuf-schema.ts";
export { protobufSerde } from "./serde.ts";
export { serializedFile } from "./serialized-file.ts";
export { protobufStrictIncompatibilities } from "./strict.ts";
