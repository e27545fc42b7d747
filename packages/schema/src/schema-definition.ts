/** The two formats a contract may be written in, spelled as the registry spells them. */
export type SchemaFormat = "AVRO" | "PROTOBUF";

/** A schema that another one includes: the name it is included by, and where the registry keeps it. */
export interface SchemaReference {
  /** For Protobuf the import path, for Avro the full name of the type. */
  readonly name: string;
  readonly subject: string;
  readonly version: number;
}

/** A schema's text and references, as registered. */
export interface SchemaDefinition {
  readonly format: SchemaFormat;
  readonly text: string;
  readonly references: readonly SchemaReference[];
}

/**
 * A schema with the texts of everything it includes, so that it can be parsed without asking anyone. What is included
 * in several ways may be one object: walks go by identity, or they take exponentially long.
 */
export interface ResolvedSchema {
  readonly format: SchemaFormat;
  readonly text: string;
  readonly references: readonly ResolvedReference[];
}

export interface ResolvedReference extends SchemaReference {
  /** The file it was read from, as messages and locations are to name it; undefined for what no file gave. */
  readonly file?: string;
  readonly schema: ResolvedSchema;
}
