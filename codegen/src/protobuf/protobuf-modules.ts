import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  CodeGeneratorRequestSchema,
  CodeGeneratorResponseSchema,
  type FileDescriptorProto,
} from "@bufbuild/protobuf/wkt";
import { GENERATED_MARK, type GeneratedFile, type ImportExtension } from "../source-file.ts";

/** protoc-gen-es answers within a second; this is for machines that are busy. */
const TIMEOUT_MS = 60_000;
const OUTPUT_BYTES_MAX = 256 * 1024 * 1024;
/** The well-known types come with `@bufbuild/protobuf` and are imported from there. */
const WELL_KNOWN = /^google\/protobuf\//;

/**
 * The modules of Protobuf files, as `protoc-gen-es` writes them. It runs as a protoc plugin, over its documented
 * interface: a request on standard input, a response on standard output.
 */
export function protobufModules(
  files: readonly FileDescriptorProto[],
  importExtension: ImportExtension,
): GeneratedFile[] {
  const wanted = files.map(({ name }) => name).filter((name) => !WELL_KNOWN.test(name));
  if (wanted.length === 0) return [];
  const request = create(CodeGeneratorRequestSchema, {
    fileToGenerate: wanted,
    // Without TypeScript enums the modules also run where types are only stripped.
    parameter: `target=ts,erasable_syntax=true,import_extension=${importExtension}`,
    protoFile: [...files],
  });
  const response = fromBinary(
    CodeGeneratorResponseSchema,
    runPlugin(toBinary(CodeGeneratorRequestSchema, request)),
  );
  if (response.error !== "") throw new Error(`protoc-gen-es: ${response.error}`);
  return response.file.map(({ name, content }) => ({
    path: name,
    content: `${GENERATED_MARK} with protoc-gen-es. Do not edit.\n${content}`,
  }));
}

function runPlugin(input: Uint8Array): Uint8Array {
  const manifest = createRequire(import.meta.url).resolve("@bufbuild/protoc-gen-es/package.json");
  const plugin = join(dirname(manifest), "bin/protoc-gen-es");
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [plugin], {
    input,
    timeout: TIMEOUT_MS,
    maxBuffer: OUTPUT_BYTES_MAX,
  });
  if (error !== undefined)
    throw new Error(`protoc-gen-es could not be run: ${error.message}`, { cause: error });
  if (status !== 0)
    throw new Error(`protoc-gen-es ended with exit code ${status}: ${stderr.toString().trim()}`);
  return stdout;
}
