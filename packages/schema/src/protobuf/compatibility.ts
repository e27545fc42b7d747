import type { Incompatibility } from "../parsed-schema.ts";
import { compareSchemas } from "./compare-schemas.ts";
import { describeDifference, type ProtobufDifference } from "./difference.ts";
import { located } from "./locate.ts";
import type { ProtobufSchema } from "./protobuf-schema.ts";

/** Every difference from the writer's schema to the reader's, compatible or not, with Confluent's names. */
export function protobufDifferences(reader: ProtobufSchema, writer: ProtobufSchema): ProtobufDifference[] {
  return compareSchemas(writer, reader);
}

/** Why data written with one schema cannot be read with another, by the verdicts of Confluent's registry. */
export function protobufIncompatibilities(reader: ProtobufSchema, writer: ProtobufSchema): Incompatibility[] {
  const found = protobufDifferences(reader, writer).flatMap((difference) => {
    const message = describeDifference(difference);
    return message === undefined ? [] : [{ rule: difference.type, path: difference.path, message }];
  });
  return located(found, reader);
}
