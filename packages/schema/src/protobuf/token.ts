import { SchemaError, type SourceLocation } from "../schema-error.ts";

export type TokenKind = "identifier" | "integer" | "float" | "string" | "symbol" | "end";

/** The comments around a token, with their markers removed, as `SourceCodeInfo` keeps them. */
export interface TokenComments {
  /** The comment that belongs to whatever ended before this token. */
  readonly trailingPrevious: string | undefined;
  /** The comment directly above this token. */
  readonly leading: string | undefined;
  /** Comments that blank lines separate from everything. */
  readonly detached: readonly string[];
}

/** One lexical element of .proto text. */
export interface Token {
  readonly kind: TokenKind;
  /** The text as written. */
  readonly text: string;
  /** What a string literal stands for: escapes may spell bytes that are not UTF-8. */
  readonly bytes?: Buffer | undefined;
  readonly offset: number;
  /** Line and column count from 1; columns count UTF-16 code units. */
  readonly line: number;
  readonly column: number;
  readonly comments?: TokenComments | undefined;
}

/** A syntax or linking error at a place in the text. */
export function invalidSchema(message: string, location: SourceLocation | undefined): SchemaError {
  const place =
    location === undefined ? "" : `${location.file ?? "schema"}:${location.line}:${location.column}: `;
  return new SchemaError("INVALID_SCHEMA", `${place}${message}`, { location });
}

/** How messages quote a token. */
export function describeToken(token: Token): string {
  return token.kind === "end" ? "the end of the text" : JSON.stringify(token.text.slice(0, 40));
}
