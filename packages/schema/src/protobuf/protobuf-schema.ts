import { create, type DescMessage, type FileRegistry } from "@bufbuild/protobuf";
import {
  type FileDescriptorProto,
  type FileDescriptorSet,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";
import type { ParsedSchema, PayloadChecker } from "../parsed-schema.ts";
import type { ResolvedSchema } from "../schema-definition.ts";
import { SchemaError, type SourceLocation } from "../schema-error.ts";
import { canonicalText } from "./canonical.ts";
import { protobufChecker } from "./checker.ts";
import { fileRegistry } from "./file-registry.ts";
import { type LinkedFiles, linkFiles } from "./link-files.ts";
import type { NodeSource, ParsedFile } from "./parsed-file.ts";

/** Options of `parseProtobuf`. */
export interface ParseProtobufOptions {
  /** The file's name in descriptors and errors. Default `schema.proto`. */
  readonly file?: string | undefined;
}

/** A Protobuf schema: one file, linked with everything it imports. */
export interface ProtobufSchema extends ParsedSchema {
  readonly format: "PROTOBUF";
  /** The file's complete descriptor, without source locations. */
  readonly file: FileDescriptorProto;
  /** The file and all it depends on; dependencies stand first. */
  readonly fileSet: FileDescriptorSet;
  /** The same as protobuf-es descriptors. */
  readonly registry: FileRegistry;
  /** The canonical text with everything sorted that has no order, and names of types in full. */
  readonly normalizedText: string;
  /** Where each descriptor of `file` was declared, with its comments. */
  readonly sources: ReadonlyMap<object, NodeSource>;
  /** Where a descriptor of `file`, or of a file it includes as text, was declared; undefined for any other. */
  locationOf(descriptor: object): SourceLocation | undefined;
  /** The message a message-index path leads to; undefined when it leads nowhere. */
  messageAt(messageIndexes: readonly number[]): DescMessage | undefined;
  /** The message-index path of a message of this file, by full name; undefined for any other. */
  messageIndexesOf(fullName: string): readonly number[] | undefined;
}

/**
 * Parses .proto text (proto2, proto3, editions 2023 and 2024), or a base64 file descriptor in its place. Imports
 * are found among the references, then among the files every Protobuf compiler carries.
 *
 * @throws SchemaError `INVALID_SCHEMA` with file, line and column; `MISSING_REFERENCE` for an unknown import.
 */
export function parseProtobuf(schema: ResolvedSchema, options: ParseProtobufOptions = {}): ProtobufSchema {
  try {
    return new LinkedProtobufSchema(linkFiles(schema, options.file ?? "schema.proto"));
  } catch (error) {
    if (error instanceof SchemaError) throw error;
    // Descriptors made by hand can be wrong in ways that only protobuf-es notices.
    const detail = error instanceof Error ? error.message : String(error);
    throw new SchemaError("INVALID_SCHEMA", `the schema is not valid: ${detail}`, { cause: error });
  }
}

class LinkedProtobufSchema implements ProtobufSchema {
  readonly format = "PROTOBUF";
  readonly file: FileDescriptorProto;
  readonly fileSet: FileDescriptorSet;
  readonly registry: FileRegistry;
  readonly sources: ReadonlyMap<object, NodeSource>;
  readonly fullName: string;
  readonly #messages: readonly DescMessage[];
  readonly #checkers = new Map<string, PayloadChecker>();
  readonly #parsed: ParsedFile;
  readonly #included: readonly ParsedFile[];
  #canonicalText: string | undefined;

  constructor(linked: LinkedFiles) {
    const { file, dependencies, parsed, included } = linked;
    this.file = file;
    this.fileSet = create(FileDescriptorSetSchema, { file: [...dependencies, file] });
    this.registry = fileRegistry([...dependencies, file]);
    this.sources = parsed.sources;
    this.#parsed = parsed;
    this.#included = included;
    this.#messages = this.registry.getFile(file.name)?.messages ?? [];
    this.fullName = this.#messages[0]?.typeName ?? "";
  }

  get canonicalText(): string {
    this.#canonicalText ??= canonicalText(this.#parsed);
    return this.#canonicalText;
  }

  get normalizedText(): string {
    return canonicalText(this.#parsed, true);
  }

  locationOf(descriptor: object): SourceLocation | undefined {
    for (const { sources } of [this.#parsed, ...this.#included]) {
      const source = sources.get(descriptor);
      if (source !== undefined) return source.location;
    }
    return undefined;
  }

  typeNameAt(messageIndexes: readonly number[]): string | undefined {
    return this.messageAt(messageIndexes)?.typeName;
  }

  messageAt(messageIndexes: readonly number[]): DescMessage | undefined {
    let messages = this.#messages;
    let message: DescMessage | undefined;
    for (const index of messageIndexes) {
      message = messages[index];
      if (message === undefined) return undefined;
      messages = message.nestedMessages;
    }
    return message;
  }

  messageIndexesOf(fullName: string): readonly number[] | undefined {
    return findMessage(this.#messages, fullName);
  }

  checker(messageIndexes: readonly number[]): PayloadChecker {
    const message = this.messageAt(messageIndexes);
    if (message === undefined) {
      const path = messageIndexes.join(".");
      throw new SchemaError(
        "INVALID_FRAMING",
        `the message-index path [${path}] leads to no message of the schema`,
      );
    }
    let checker = this.#checkers.get(message.typeName);
    if (checker === undefined) {
      checker = protobufChecker(message);
      this.#checkers.set(message.typeName, checker);
    }
    return checker;
  }
}

function findMessage(messages: readonly DescMessage[], fullName: string): readonly number[] | undefined {
  for (const [index, message] of messages.entries()) {
    if (message.typeName === fullName) return [index];
    if (!fullName.startsWith(`${message.typeName}.`)) continue;
    const path = findMessage(message.nestedMessages, fullName);
    if (path !== undefined) return [index, ...path];
  }
  return undefined;
}
