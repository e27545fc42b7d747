import { type GeneratedFile, type ImportExtension, importPath } from "../source-file.ts";
import type { SchemaCode } from "../topic-module.ts";
import { generatedMessage } from "./generated-name.ts";

/** How a topic module speaks of a Protobuf message: it imports what protoc-gen-es wrote. */
export function protobufCode(
  path: string,
  file: GeneratedFile,
  fullName: string,
  importExtension: ImportExtension,
): SchemaCode {
  const { typeName, schemaName } = generatedMessage(file, fullName);
  const from = importPath(path, file.path, importExtension);
  return {
    imports: () => [
      `import type { MessageInitShape } from "@bufbuild/protobuf";`,
      `import { type ${typeName}, ${schemaName} } from "${from}";`,
      `export * from "${from}";`,
    ],
    readType: typeName,
    inputType: `MessageInitShape<typeof ${schemaName}>`,
    serde: (constant) => `protobufSerde(${schemaName}, ${constant})`,
    clientImports: ["protobufSerde"],
  };
}
