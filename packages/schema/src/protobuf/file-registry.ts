import { createFileRegistry, type DescFile, type FileRegistry } from "@bufbuild/protobuf";
import type { FileDescriptorProto } from "@bufbuild/protobuf/wkt";
import { invalidSchema } from "./token.ts";

/** The registries of files that live on, such as the bundled ones: they are built once. */
const registries = new WeakMap<FileDescriptorProto, FileRegistry>();

/** A registry of linked files; each stands behind its dependencies. */
export function fileRegistry(files: readonly FileDescriptorProto[]): FileRegistry {
  const descriptors = new Map<string, DescFile>();
  const built = files.map((file) => {
    const registry = registries.get(file) ?? buildRegistry(file, descriptors);
    registries.set(file, registry);
    descriptors.set(file.name, registry.getFile(file.name)!);
    return registry;
  });
  const last = built.at(-1)!;
  // Files imported for their options are no dependencies, yet hold the extensions.
  const isComplete = files.every((file) => last.getFile(file.name) !== undefined);
  return isComplete ? last : createFileRegistry(...built);
}

function buildRegistry(file: FileDescriptorProto, descriptors: ReadonlyMap<string, DescFile>): FileRegistry {
  try {
    return createFileRegistry(file, (name) => descriptors.get(name));
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw invalidSchema(`the descriptor of ${file.name} is not valid: ${detail}`, undefined);
  }
}
