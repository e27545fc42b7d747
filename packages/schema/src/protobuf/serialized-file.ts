import { toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import type { ProtobufSchema } from "./protobuf-schema.ts";

/** A schema's file descriptor as registries serve it for `format=serialized`: base64 of its bytes. */
export function serializedFile(schema: ProtobufSchema): string {
  return Buffer.from(toBinary(FileDescriptorProtoSchema, schema.file)).toString("base64");
}
