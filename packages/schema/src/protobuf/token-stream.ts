import type { SourceLocation } from "../schema-error.ts";
import { describeToken, invalidSchema, type Token } from "./token.ts";

/** A number literal as written, with its sign. */
export interface IntegerLiteral {
  readonly value: bigint;
  readonly token: Token;
}

/** The tokens of one file, read from left to right with one or two tokens of lookahead. */
export class TokenStream {
  readonly file: string | undefined;
  readonly #tokens: readonly Token[];
  #index = 0;

  constructor(tokens: readonly Token[], file: string | undefined) {
    this.#tokens = tokens;
    this.file = file;
  }

  peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#index + ahead, this.#tokens.length - 1)]!;
  }

  next(): Token {
    const token = this.peek();
    if (token.kind !== "end") this.#index += 1;
    return token;
  }

  /** Whether the next token is this symbol or word. */
  at(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.text === text && (token.kind === "symbol" || token.kind === "identifier");
  }

  /** Takes the next token when it is this symbol or word. */
  accept(text: string): boolean {
    if (!this.at(text)) return false;
    this.next();
    return true;
  }

  expect(text: string, where: string): Token {
    if (!this.at(text)) this.fail(`expected "${text}" ${where}, found ${describeToken(this.peek())}`);
    return this.next();
  }

  identifier(what: string): Token {
    const token = this.peek();
    if (token.kind !== "identifier") this.fail(`expected ${what}, found ${describeToken(token)}`);
    return this.next();
  }

  /** A name with dots; with `absolute` it may begin with one. */
  fullIdentifier(what: string, absolute = false): string {
    let name = absolute && this.accept(".") ? "." : "";
    name += this.identifier(what).text;
    while (this.accept(".")) name += `.${this.identifier(what).text}`;
    return name;
  }

  /** A string literal, or several that follow one another and count as one. */
  string(what: string): Buffer {
    const first = this.peek();
    if (first.kind !== "string") this.fail(`expected ${what} in quotes, found ${describeToken(first)}`);
    const parts: Buffer[] = [];
    while (this.peek().kind === "string") parts.push(this.next().bytes!);
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }

  integer(what: string): IntegerLiteral {
    const first = this.peek();
    const negative = this.accept("-");
    const token = this.peek();
    if (token.kind !== "integer") this.fail(`expected ${what}, found ${describeToken(token)}`);
    this.next();
    const value = integerValue(token.text);
    return { value: negative ? -value : value, token: first };
  }

  location(token: Token = this.peek()): SourceLocation {
    return { file: this.file, line: token.line, column: token.column };
  }

  fail(message: string, token: Token = this.peek()): never {
    throw invalidSchema(message, this.location(token));
  }
}

/** The value of an integer token: decimal, hexadecimal behind 0x, octal behind 0. */
export function integerValue(text: string): bigint {
  return /^0[0-7]+$/.test(text) ? BigInt(`0o${text.slice(1)}`) : BigInt(text);
}
