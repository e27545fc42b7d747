import { formatSubject, type RegistryState, type StoredSchema } from "@letterpress/registry";
import { type ParsedSchema, type PayloadChecker, readMessageIndexes, subjectOf } from "@letterpress/schema";
import type { PartSettings } from "./guard-settings.ts";
import type { PartFault } from "./part-fault.ts";

/** What the guard asks of a registry; all of it is at hand. */
export interface SchemaSource {
  readonly state: RegistryState;
  /** @throws RegistryError when the stored text cannot be used. */
  parse(schema: StoredSchema): ParsedSchema;
}

/** Where a topic's schemas are to be registered, and how closely payloads are looked at. */
export interface PartRules extends PartSettings {
  readonly topic: string;
  readonly part: "key" | "value";
}

/** A type that payloads may be of: undefined when its payloads are not looked at. */
interface AcceptedType {
  readonly checker: PayloadChecker | undefined;
}

const ROOT: readonly number[] = [0];
const NO_INDEXES: readonly number[] = [];
const TYPES_MAX = 1_000;

/** One schema that a topic's records are written with: what is known about it is found out once. */
export class WriterSchema {
  readonly #source: SchemaSource;
  readonly #rules: PartRules;
  readonly #schema: StoredSchema;
  readonly #isProtobuf: boolean;
  /** Accepted types by message-index path; Avro schemas have the one at "". */
  readonly #types = new Map<string, AcceptedType>();
  /** The first message of a Protobuf file, or the Avro schema itself: almost all records are of it. */
  #root: AcceptedType | undefined;

  constructor(source: SchemaSource, rules: PartRules, schema: StoredSchema) {
    this.#source = source;
    this.#rules = rules;
    this.#schema = schema;
    this.#isProtobuf = schema.content.schemaType === "PROTOBUF";
  }

  /**
   * Checks `buffer[start, end)`: a payload, behind its message indexes in Protobuf.
   *
   * @throws SchemaError `INVALID_FRAMING`
   */
  check(buffer: Buffer, start: number, end: number): PartFault | undefined {
    if (!this.#isProtobuf) return this.#checkPayload(this.#rootType(NO_INDEXES), buffer, start, end);
    if (start < end && buffer[start] === 0) {
      return this.#checkPayload(this.#rootType(ROOT), buffer, start + 1, end);
    }
    const path = readMessageIndexes(buffer, start, end);
    return this.#checkPayload(this.#type(path.indexes), buffer, path.position, end);
  }

  /**
   * Checks a bare payload whose message indexes stand in a header, at `path[pathStart]` and behind.
   *
   * @throws SchemaError `INVALID_FRAMING`
   */
  checkBare(
    path: Buffer,
    pathStart: number,
    buffer: Buffer,
    start: number,
    end: number,
  ): PartFault | undefined {
    if (!this.#isProtobuf) return this.#checkPayload(this.#rootType(NO_INDEXES), buffer, start, end);
    const { indexes } = readMessageIndexes(path, pathStart);
    return this.#checkPayload(this.#type(indexes), buffer, start, end);
  }

  #checkPayload(
    type: AcceptedType | PartFault,
    buffer: Buffer,
    start: number,
    end: number,
  ): PartFault | undefined {
    if ("reason" in type) return type;
    if (type.checker === undefined || type.checker.isValid(buffer, start, end)) return undefined;
    const { path, message } = type.checker.explain(buffer, start, end);
    return {
      reason: "invalid-payload",
      message:
        `The ${this.#rules.part} does not decode with schema id ${this.#schema.id}` +
        `${path === "" ? "" : ` at ${path}`}: ${message}. Encode it with the schema whose id it carries.`,
    };
  }

  #rootType(indexes: readonly number[]): AcceptedType | PartFault {
    if (this.#root !== undefined) return this.#root;
    const type = this.#type(indexes);
    if (!("reason" in type)) this.#root = type;
    return type;
  }

  #type(indexes: readonly number[]): AcceptedType | PartFault {
    const key = indexes.join(".");
    const known = this.#types.get(key);
    if (known !== undefined) return known;
    const admitted = this.#admit(indexes);
    if (!("reason" in admitted) && this.#types.size < TYPES_MAX) this.#types.set(key, admitted);
    return admitted;
  }

  /** Parses only when the answer depends on what the schema says. */
  #admit(indexes: readonly number[]): AcceptedType | PartFault {
    const { validation, strategy } = this.#rules;
    if (!this.#isProtobuf && validation === "id" && strategy === "TopicName") {
      return this.#unregistered("") ?? { checker: undefined };
    }
    let parsed: ParsedSchema;
    try {
      parsed = this.#source.parse(this.#schema);
    } catch (error) {
      return {
        reason: "unusable-schema",
        message: `Schema id ${this.#schema.id} cannot be used: ${error instanceof Error ? error.message : error}`,
      };
    }
    const name = parsed.typeNameAt(indexes);
    if (name === undefined) return this.#noSuchMessage(indexes);
    const unregistered = this.#unregistered(name);
    if (unregistered !== undefined) return unregistered;
    return { checker: validation === "full" ? parsed.checker(indexes) : undefined };
  }

  /** A fault unless the schema is a version of the subject; soft-deleted versions count. */
  #unregistered(typeName: string): PartFault | undefined {
    const subject = this.#subject(typeName);
    if (this.#schema.uses.has(subject)) return undefined;
    const registered = [...this.#schema.uses.keys()].slice(0, 3).join(", ");
    return {
      reason: "schema-not-registered",
      message:
        `Schema id ${this.#schema.id} is not registered under subject "${subject}" (but under ${registered}). ` +
        `Register it there, or send records with a schema of topic "${this.#rules.topic}".`,
    };
  }

  #subject(typeName: string): string {
    const { topic, part, strategy, context } = this.#rules;
    return formatSubject({ context, name: subjectOf(strategy, topic, part, typeName) });
  }

  #noSuchMessage(indexes: readonly number[]): PartFault {
    return {
      reason: "invalid-message-index",
      message:
        `The ${this.#rules.part}'s message indexes [${indexes.join(", ")}] lead to no message of schema id ` +
        `${this.#schema.id}. Encode it with the schema whose id it carries.`,
    };
  }
}
