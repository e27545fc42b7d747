import { attachComments, blockCommentText, type RawComment } from "./comments.ts";
import { TEXT_LENGTH_MAX } from "./limits.ts";
import { unescapeLiteral } from "./string-literal.ts";
import { invalidSchema, type Token, type TokenKind } from "./token.ts";

const space = /[ \t\r\n\f\v]+/y;
const identifier = /[A-Za-z_][A-Za-z0-9_]*/y;
const number =
  /(?:(\d+\.\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+)|(0[xX][0-9a-fA-F]+|\d+))(?![A-Za-z0-9_.])/y;
const symbol = /[{}[\]()<>;:,.=+\-/]/y;

/**
 * Splits .proto text into tokens, comments attached; the last token is always the end.
 *
 * @throws SchemaError `INVALID_SCHEMA` at what is no token.
 */
export function tokenize(text: string, file?: string): Token[] {
  if (text.length > TEXT_LENGTH_MAX) {
    throw invalidSchema(
      `a schema text may have ${TEXT_LENGTH_MAX} characters, not ${text.length}`,
      undefined,
    );
  }
  return new Tokenizer(text, file).all();
}

class Tokenizer {
  readonly #text: string;
  readonly #file: string | undefined;
  readonly #tokens: Token[] = [];
  #position: number;
  #line = 1;
  #lineStart = 0;
  #previousLine = 0;
  #comments: RawComment[] = [];

  constructor(text: string, file: string | undefined) {
    this.#text = text;
    this.#file = file;
    this.#position = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  }

  all(): Token[] {
    for (;;) {
      this.#skipSpaceAndComments();
      if (this.#position >= this.#text.length) {
        this.#push("end", "");
        return this.#tokens;
      }
      this.#token();
    }
  }

  #token(): void {
    const word = this.#match(identifier);
    const character = this.#text[this.#position]!;
    const digits = word === undefined ? this.#match(number) : undefined;
    const mark = this.#match(symbol);
    if (word !== undefined) this.#push("identifier", word[0]);
    else if (character === '"' || character === "'") this.#string(character);
    else if (digits !== undefined) this.#number(digits);
    else if (mark !== undefined) this.#push("symbol", mark[0]);
    else this.#unknown(character);
  }

  #unknown(character: string): never {
    if (/[0-9]/.test(character))
      this.#fail("a number ends in something that is no digit; put a space behind it");
    this.#fail(`${JSON.stringify(character)} has no meaning here; remove it`);
  }

  #number(match: RegExpExecArray): void {
    const digits = match[2];
    if (digits !== undefined && /^0\d/.test(digits) && !/^[0-7]+$/.test(digits)) {
      this.#fail(`${digits} begins with 0, so it is octal, and has digits above 7`);
    }
    this.#push(digits === undefined ? "float" : "integer", match[0]);
  }

  #string(quote: string): void {
    const start = this.#position;
    let end = start + 1;
    for (;;) {
      const character = this.#text[end];
      if (character === undefined || character === "\n") this.#fail(`the string has no closing ${quote}`);
      if (character === "\0") this.#fail("a string cannot hold a NUL character; write it as \\0");
      if (character === quote) break;
      end += character === "\\" && this.#text[end + 1] !== "\n" ? 2 : 1;
    }
    const bytes = unescapeLiteral(this.#text.slice(start + 1, end));
    if (typeof bytes === "number")
      this.#fail("the string holds an escape sequence that does not exist", bytes + 1);
    this.#push("string", this.#text.slice(start, end + 1), bytes);
  }

  #skipSpaceAndComments(): void {
    for (;;) {
      const blank = this.#match(space);
      if (blank !== undefined) {
        this.#advance(blank[0]);
      } else if (this.#text.startsWith("//", this.#position)) {
        this.#lineComment();
      } else if (this.#text.startsWith("/*", this.#position)) {
        this.#blockComment();
      } else {
        return;
      }
    }
  }

  #lineComment(): void {
    const newline = this.#text.indexOf("\n", this.#position);
    const end = newline < 0 ? this.#text.length : newline + 1;
    const text = this.#text.slice(this.#position + 2, end);
    this.#comments.push({ text, isLine: true, startLine: this.#line, endLine: this.#line });
    this.#advance(this.#text.slice(this.#position, end));
  }

  #blockComment(): void {
    const end = this.#text.indexOf("*/", this.#position + 2);
    if (end < 0) this.#fail("the comment has no closing */");
    const startLine = this.#line;
    const inner = this.#text.slice(this.#position + 2, end);
    this.#advance(this.#text.slice(this.#position, end + 2));
    this.#comments.push({ text: blockCommentText(inner), isLine: false, startLine, endLine: this.#line });
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#position;
    return pattern.exec(this.#text) ?? undefined;
  }

  #push(kind: TokenKind, text: string, bytes?: Buffer): void {
    const comments = attachComments(this.#comments, this.#previousLine, this.#line);
    this.#comments = [];
    const column = this.#position - this.#lineStart + 1;
    this.#tokens.push({ kind, text, bytes, offset: this.#position, line: this.#line, column, comments });
    this.#position += text.length;
    this.#previousLine = this.#line;
  }

  #advance(text: string): void {
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) {
      this.#line += 1;
      this.#lineStart = this.#position + at + 1;
    }
    this.#position += text.length;
  }

  #fail(message: string, ahead = 0): never {
    const column = this.#position + ahead - this.#lineStart + 1;
    throw invalidSchema(message, { file: this.#file, line: this.#line, column });
  }
}
