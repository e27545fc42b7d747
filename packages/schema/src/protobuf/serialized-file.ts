import { toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import type { ProtobufSchema } from "./protobuf-schema.ts";

/** A file's descriptor as a registry hands it out for `format=serialized`: its binary form in base64. */
export function serializedFile(schema: ProtobufSchema): string {
  return Buffer.from(toBinary(FileDescriptorProtoSchema, schema.file)).toString("base64");
}
