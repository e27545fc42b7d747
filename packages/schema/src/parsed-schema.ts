import type { SchemaFormat } from "./schema-definition.ts";
import type { SourceLocation } from "./schema-error.ts";

/** Where a payload stops making sense, and why. */
export interface PayloadFault {
  /** The path to the field, such as `lines[2].price`; empty for the payload as a whole. */
  readonly path: string;
  readonly message: string;
}

/**
 * Checks payloads against one writer schema by walking their bytes: nothing is built, nothing is allocated.
 * `isValid` is compiled per schema; `explain` walks again, slowly, to say where a refused payload is wrong.
 */
export interface PayloadChecker {
  /** Whether `buffer[start, end)` is exactly one complete value. */
  isValid(buffer: Buffer, start: number, end: number): boolean;
  /** The first fault of a payload that `isValid` refused. */
  explain(buffer: Buffer, start: number, end: number): PayloadFault;
}

/** Why data written with one schema cannot be read with another. */
export interface Incompatibility {
  /** The rule's name, as Confluent names it, such as `READER_FIELD_MISSING_DEFAULT_VALUE`. */
  readonly rule: string;
  /** Where in the reader schema: a JSON pointer for Avro (`/fields/2`), a dotted or `#/` path for Protobuf. */
  readonly path: string;
  readonly message: string;
  /** What the registry adds as `additionalInfo`, where the format has that. */
  readonly detail?: string;
  /** Where in the reader schema's text, where that is known. */
  readonly location?: SourceLocation;
  /** What is wrong further in, where the reason only says that a whole type does not fit: in branches of unions. */
  readonly because?: readonly Incompatibility[];
}

/** A schema that has been parsed and checked, in either format. */
export interface ParsedSchema {
  readonly format: SchemaFormat;
  /** The text that identifies the schema in a registry (Confluent's canonical string, not Avro's PCF). */
  readonly canonicalText: string;
  /** The canonical text that all spellings of one schema share: what has no order is sorted. */
  readonly normalizedText: string;
  /** The full name of the record or first message; empty for schemas without a name. */
  readonly fullName: string;
  /**
   * The full name of the type a Protobuf message-index path leads to; undefined when it leads nowhere. Avro has
   * no paths: the empty one gives `fullName`.
   */
  typeNameAt(messageIndexes: readonly number[]): string | undefined;
  /** The checker for payloads of the type at this path; compiled once and kept. */
  checker(messageIndexes: readonly number[]): PayloadChecker;
}
