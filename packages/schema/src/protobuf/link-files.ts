import type { FileDescriptorProto } from "@bufbuild/protobuf/wkt";
import type { ResolvedReference, ResolvedSchema } from "../schema-definition.ts";
import { SchemaError, type SourceLocation } from "../schema-error.ts";
import { bundledFiles, bundledTexts } from "./bundled-files.ts";
import { canonicalText } from "./canonical.ts";
import { decodeFileDescriptor, describeFile } from "./describe-file.ts";
import { fileRegistry } from "./file-registry.ts";
import { FILES_MAX } from "./limits.ts";
import { linkFile } from "./linker.ts";
import type { ParsedFile } from "./parsed-file.ts";
import { parseFile } from "./parser.ts";
import { invalidSchema } from "./token.ts";

/** A schema's file with all it depends on. */
export interface LinkedFiles {
  readonly file: FileDescriptorProto;
  /** The files it depends on, directly or not, each behind its own dependencies. */
  readonly dependencies: readonly FileDescriptorProto[];
  /** The main file as it was written. */
  readonly parsed: ParsedFile;
  /** The files that were given as text and imported. */
  readonly included: readonly ParsedFile[];
}

/**
 * Parses and links a schema's file and everything it imports: from its references first, then from the files that
 * every compiler carries.
 *
 * @throws SchemaError `INVALID_SCHEMA`, or `MISSING_REFERENCE` for an import that nobody gave.
 */
export function linkFiles(schema: ResolvedSchema, fileName: string): LinkedFiles {
  const loader = new FileLoader(schema);
  const parsed = loader.parse(schema.text, fileName, []);
  const file = linkFile(parsed, loader.linked);
  return { file, dependencies: [...loader.linked.values()], parsed, included: loader.included };
}

class FileLoader {
  /** Linked files by name, in an order that puts dependencies first. */
  readonly linked = new Map<string, FileDescriptorProto>();
  /** The files parsed on the way: sources of what the main file includes. */
  readonly included: ParsedFile[] = [];
  readonly #references = new Map<string, ResolvedReference>();

  constructor(schema: ResolvedSchema) {
    this.#collect(schema.references);
  }

  #collect(references: readonly ResolvedReference[]): void {
    for (const reference of references) {
      const known = this.#references.get(reference.name);
      if (known?.schema.text === reference.schema.text) continue;
      if (known !== undefined) {
        throw invalidSchema(
          `two different references go by the name "${reference.name}"; keep one`,
          undefined,
        );
      }
      this.#references.set(reference.name, reference);
      if (this.#references.size > FILES_MAX)
        throw invalidSchema(`a schema may include ${FILES_MAX} files`, undefined);
      this.#collect(reference.schema.references);
    }
  }

  /**
   * Parses a file and links everything it imports. `importers` is the chain that leads here. A descriptor in place
   * of a text is printed first, so that it is checked like any other.
   */
  parse(text: string, fileName: string, importers: readonly string[], shownName?: string): ParsedFile {
    const descriptor = decodeFileDescriptor(text, fileName);
    if (descriptor === undefined) {
      const parsed = parseFile(text, fileName, shownName);
      this.#require(parsed.proto, parsed.imports, [...importers, fileName]);
      return parsed;
    }
    this.#require(descriptor, new Map(), [...importers, fileName]);
    const registry = fileRegistry([...this.linked.values(), descriptor]);
    return parseFile(canonicalText(describeFile(descriptor, registry)), fileName);
  }

  #require(
    proto: FileDescriptorProto,
    imports: ReadonlyMap<string, SourceLocation>,
    importers: readonly string[],
  ): void {
    for (const path of [...proto.dependency, ...proto.optionDependency]) {
      if (this.linked.has(path)) continue;
      const location = imports.get(path);
      if (importers.includes(path)) {
        throw invalidSchema(
          `the imports go round in a circle: ${[...importers, path].join(" -> ")}`,
          location,
        );
      }
      const given = this.#references.get(path);
      const text = given?.schema.text ?? bundledTexts.get(path);
      const bundled = bundledFiles.get(path);
      if (text !== undefined) {
        const file = this.parse(text, path, importers, given?.file);
        this.included.push(file);
        this.linked.set(path, linkFile(file, this.linked));
      } else if (bundled !== undefined) {
        this.#addBundled(bundled);
      } else {
        const place = location === undefined ? "" : `${location.file}:${location.line}:${location.column}: `;
        const advice = `add a reference with the name "${path}"`;
        throw new SchemaError("MISSING_REFERENCE", `${place}the import "${path}" was not given; ${advice}`, {
          location,
        });
      }
    }
  }

  #addBundled(file: FileDescriptorProto): void {
    for (const name of file.dependency) {
      if (!this.linked.has(name)) this.#addBundled(bundledFiles.get(name)!);
    }
    this.linked.set(file.name, file);
  }
}
