import { posix } from "node:path";
import {
  parseAvro,
  parseProtobuf,
  type ResolvedSchema,
  SchemaError,
  type SubjectNameStrategy,
  subjectOf,
} from "@letterpress/schema";
import type { Diagnostic } from "../diagnostic.ts";
import type { ContractKey, ContractSchema } from "./contracts.ts";
import { avroKeyField, type KeyField, protobufKeyField } from "./key-field.ts";
import type { SchemaFolder } from "./schema-folder.ts";

type Place = Pick<Diagnostic, "file" | "line" | "column">;

export interface SchemaUse {
  readonly topic: string;
  readonly part: "key" | "value";
  readonly strategy: SubjectNameStrategy;
  /** Where the manifest names the schema. */
  readonly place: Place;
}

/** Reads and parses the schemas that a manifest names; what is wrong comes back as diagnostics. */
export class SchemaLoader {
  readonly #folder: SchemaFolder;

  constructor(folder: SchemaFolder) {
    this.#folder = folder;
  }

  /** The schema that `reference` names: `file.avsc` or `file.proto#full.MessageName`. */
  load(reference: string, use: SchemaUse): ContractSchema | Diagnostic[] {
    const [path = "", fragment] = reference.split("#", 2);
    const file = posix.normalize(path);
    if (!this.#folder.files.includes(file)) {
      const message = `there is no schema ${file}; paths are relative to the folder of the manifest and end in .avsc or .proto`;
      return [{ ...use.place, rule: "missing-schema", message }];
    }
    const resolved = this.#folder.resolve(file);
    if (!("text" in resolved)) return [...resolved];
    try {
      return file.endsWith(".avsc")
        ? this.#avro(file, fragment, resolved, use)
        : this.#protobuf(file, fragment, resolved, use);
    } catch (error) {
      if (error instanceof SchemaError) return [schemaDiagnostic(file, error)];
      throw error;
    }
  }

  /** The key that `reference` names: a field of the value, a schema, or nothing. */
  loadKey(
    reference: string | undefined,
    value: ContractSchema | Diagnostic[],
    use: SchemaUse,
  ): ContractKey | Diagnostic[] {
    if (reference === undefined) return { kind: "none" };
    if (/\.(avsc|proto)(#|$)/.test(reference)) {
      const schema = this.load(reference, use);
      return Array.isArray(schema) ? schema : { kind: "schema", schema };
    }
    // Without the value's schema the field cannot be looked up; its own mistake is reported already.
    if (Array.isArray(value)) return { kind: "none" };
    const field = this.#keyField(value, reference);
    if (typeof field === "string") return [{ ...use.place, rule: "key-field", message: field }];
    return { kind: "field", ...field };
  }

  #avro(
    file: string,
    fragment: string | undefined,
    schema: ResolvedSchema,
    use: SchemaUse,
  ): ContractSchema | Diagnostic[] {
    if (fragment !== undefined) {
      const message = `an Avro file holds one type; write ${file} without "#${fragment}"`;
      return [{ ...use.place, rule: "schema-reference", message }];
    }
    const parsed = parseAvro(schema.text, { file, references: schema.references });
    const typeName = "name" in parsed.schema ? parsed.schema.name.full : parsed.schema.kind;
    return {
      file,
      schema,
      typeName,
      messageIndexes: [],
      subject: subjectOf(use.strategy, use.topic, use.part, typeName),
    };
  }

  #protobuf(
    file: string,
    fragment: string | undefined,
    schema: ResolvedSchema,
    use: SchemaUse,
  ): ContractSchema | Diagnostic[] {
    const parsed = parseProtobuf(schema, { file });
    const typeName = fragment ?? parsed.fullName;
    const messageIndexes = parsed.messageIndexesOf(typeName);
    if (messageIndexes === undefined) {
      const messages = parsed.file.messageType.map(({ name }) =>
        parsed.file.package ? `${parsed.file.package}.${name}` : name,
      );
      const known = messages.length === 0 ? "it has no messages" : `it has ${messages.join(", ")}`;
      return [
        { ...use.place, rule: "unknown-message", message: `${file} has no message "${typeName}"; ${known}` },
      ];
    }
    return {
      file,
      schema,
      typeName,
      messageIndexes,
      subject: subjectOf(use.strategy, use.topic, use.part, typeName),
    };
  }

  #keyField(value: ContractSchema, field: string): KeyField | string {
    if (value.schema.format === "PROTOBUF") {
      return protobufKeyField(
        parseProtobuf(value.schema, { file: value.file }).messageAt(value.messageIndexes)!,
        field,
      );
    }
    return avroKeyField(parseAvro(value.schema.text, { references: value.schema.references }).schema, field);
  }
}

function schemaDiagnostic(file: string, error: SchemaError): Diagnostic {
  const { line = 0, column = 0, file: inner } = error.location ?? {};
  const place = `${inner ?? file}:${line}:${column}: `;
  const message = error.message.startsWith(place) ? error.message.slice(place.length) : error.message;
  return { file: inner ?? file, line, column, rule: error.code.toLowerCase().replaceAll("_", "-"), message };
}
