/** Why a schema or a payload was refused. The set is closed. */
export type SchemaErrorCode =
  /** The text is not a schema: syntax, unknown types, names that clash. */
  | "INVALID_SCHEMA"
  /** A schema that this one includes was not given. */
  | "MISSING_REFERENCE"
  /** The bytes do not begin with a schema id or GUID. */
  | "INVALID_FRAMING"
  /** The payload does not decode under its writer schema. */
  | "INVALID_PAYLOAD"
  /** A value does not fit the schema it is to be encoded with. */
  | "INVALID_VALUE"
  /** Data written with one schema cannot be read with the other. */
  | "UNRESOLVABLE";

/** Where in a schema's text something is; lines and columns count from 1. */
export interface SourceLocation {
  /** The file's name, where the text came from one. */
  readonly file?: string | undefined;
  readonly line: number;
  readonly column: number;
}

/** The one error of this package. */
export class SchemaError extends Error {
  override readonly name = "SchemaError";
  readonly code: SchemaErrorCode;
  readonly location: SourceLocation | undefined;
  /** The path to the field at fault, such as `lines[2].price`, where one is known. */
  readonly path: string | undefined;

  constructor(
    code: SchemaErrorCode,
    message: string,
    options: ErrorOptions & { location?: SourceLocation | undefined; path?: string | undefined } = {},
  ) {
    super(message, options);
    this.code = code;
    this.location = options.location;
    this.path = options.path;
  }
}
