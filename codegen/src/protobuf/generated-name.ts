import type { GeneratedFile } from "../source-file.ts";

/** What protoc-gen-es called a message and its schema. */
export interface GeneratedMessage {
  readonly typeName: string;
  readonly schemaName: string;
}

/** The generated module of a `.proto` file. */
export function protobufFile(file: string): string {
  return file.replace(/\.proto$/, "_pb.ts");
}

/**
 * Finds what a message is called in its generated module. The names are read back from the code, because the rule
 * that makes them unique is the generator's own.
 */
export function generatedMessage(file: GeneratedFile, fullName: string): GeneratedMessage {
  const typeName = find(file, `^export type (\\S+) = Message<"${escapeRegExp(fullName)}">`);
  const schemaName = typeName && find(file, `^export const (\\S+): GenMessage<${escapeRegExp(typeName)}[,>]`);
  if (!typeName || !schemaName)
    throw new Error(`protoc-gen-es wrote no type for ${fullName} into ${file.path}`);
  return { typeName, schemaName };
}

function find(file: GeneratedFile, pattern: string): string | undefined {
  return new RegExp(pattern, "m").exec(file.content)?.[1];
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
