import { SchemaError, type SourceLocation } from "../schema-error.ts";

/** A JSON value that knows where it stood in the text; numbers keep their digits, objects their order. */
export type JsonNode = { readonly location: SourceLocation } & (
  | { readonly kind: "null" }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "array"; readonly items: readonly JsonNode[] }
  | { readonly kind: "object"; readonly entries: readonly JsonEntry[] }
);

export interface JsonEntry {
  readonly key: string;
  /** Where the key stands. */
  readonly location: SourceLocation;
  readonly value: JsonNode;
}

export type JsonObject = Extract<JsonNode, { kind: "object" }>;

/** Deeper nesting than this is refused, so that no later recursion over the schema can overflow the stack. */
export const JSON_DEPTH_MAX = 200;
/** Longer texts are refused. */
export const JSON_CHARACTERS_MAX = 4 * 1024 * 1024;

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const SPACE_AND_COMMENTS = /(?:[ \t\r\n]+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y;
const ESCAPED: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/**
 * Reads JSON as RFC 8259 has it, and comments as Java's Avro parser allows them. Duplicate keys are refused.
 *
 * @throws SchemaError `INVALID_SCHEMA` with the line and column of the first mistake.
 */
export function readJson(text: string, file?: string): JsonNode {
  return new JsonReader(text, file).read();
}

class JsonReader {
  readonly #text: string;
  readonly #file: string | undefined;
  #position = 0;
  /** The line that `#lineStart` begins; both only move forward, so that locating costs linear time overall. */
  #line = 1;
  #lineStart = 0;

  constructor(text: string, file: string | undefined) {
    this.#text = text;
    this.#file = file;
  }

  read(): JsonNode {
    if (this.#text.length > JSON_CHARACTERS_MAX) {
      this.#fail(`is ${this.#text.length} characters long, the limit is ${JSON_CHARACTERS_MAX}`);
    }
    const value = this.#value(0);
    this.#skipSpace();
    if (this.#position < this.#text.length) this.#fail("expected the end of the text");
    return value;
  }

  #value(depth: number): JsonNode {
    if (depth > JSON_DEPTH_MAX) this.#fail(`nesting is deeper than ${JSON_DEPTH_MAX} levels`);
    this.#skipSpace();
    const location = this.#location();
    switch (this.#text[this.#position]) {
      case "{":
        return { kind: "object", location, entries: this.#entries(depth) };
      case "[":
        return { kind: "array", location, items: this.#items(depth) };
      case '"':
        return { kind: "string", location, value: this.#string() };
      case undefined:
        return this.#fail("the text ends where a value should stand");
      default:
        return this.#numberOrWord(location);
    }
  }

  #entries(depth: number): JsonEntry[] {
    const entries: JsonEntry[] = [];
    const keys = new Set<string>();
    this.#position++;
    for (let closed = this.#take("}"); !closed; closed = this.#closed("}")) {
      this.#skipSpace();
      const location = this.#location();
      if (this.#text[this.#position] !== '"') this.#fail("expected a key in double quotes");
      const key = this.#string();
      if (keys.has(key)) throw this.#error(`the key "${key}" appears twice; remove one of them`, location);
      keys.add(key);
      if (!this.#take(":")) this.#fail('expected ":" behind the key');
      entries.push({ key, location, value: this.#value(depth + 1) });
    }
    return entries;
  }

  #items(depth: number): JsonNode[] {
    const items: JsonNode[] = [];
    this.#position++;
    for (let closed = this.#take("]"); !closed; closed = this.#closed("]"))
      items.push(this.#value(depth + 1));
    return items;
  }

  /** Whether the list ends here; if not, a comma has to stand here and is taken. */
  #closed(bracket: string): boolean {
    if (this.#take(bracket)) return true;
    if (this.#take(",")) return false;
    return this.#fail(`expected "," or "${bracket}"`);
  }

  #numberOrWord(location: SourceLocation): JsonNode {
    for (const word of ["true", "false", "null"] as const) {
      if (!this.#text.startsWith(word, this.#position)) continue;
      this.#position += word.length;
      return word === "null"
        ? { kind: "null", location }
        : { kind: "boolean", location, value: word === "true" };
    }
    const text = this.#match(NUMBER);
    if (text === "") this.#fail("expected a JSON value");
    return { kind: "number", location, text };
  }

  #string(): string {
    this.#position++;
    let value = "";
    for (;;) {
      const start = this.#position;
      while (isPlain(this.#text, this.#position)) this.#position++;
      value += this.#text.slice(start, this.#position);
      const stop = this.#text[this.#position];
      if (stop === '"') {
        this.#position++;
        return value;
      }
      if (stop !== "\\") this.#fail("text in quotes must end on its line, with control characters escaped");
      value += this.#escape();
    }
  }

  #escape(): string {
    const letter = this.#text[this.#position + 1] ?? "";
    if (letter === "u") {
      const digits = this.#text.slice(this.#position + 2, this.#position + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) this.#fail("expected four hexadecimal digits behind \\u");
      this.#position += 6;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const character = ESCAPED[letter];
    if (character === undefined) this.#fail(`"\\${letter}" is not an escape that JSON knows`);
    this.#position += 2;
    return character;
  }

  #take(character: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#position] !== character) return false;
    this.#position++;
    return true;
  }

  #skipSpace(): void {
    this.#match(SPACE_AND_COMMENTS);
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#position;
    const found = pattern.exec(this.#text)?.[0] ?? "";
    this.#position += found.length;
    return found;
  }

  #location(): SourceLocation {
    for (;;) {
      const newline = this.#text.indexOf("\n", this.#lineStart);
      if (newline < 0 || newline >= this.#position) break;
      this.#line++;
      this.#lineStart = newline + 1;
    }
    return { file: this.#file, line: this.#line, column: this.#position - this.#lineStart + 1 };
  }

  #fail(message: string): never {
    throw this.#error(message, this.#location());
  }

  #error(message: string, location: SourceLocation): SchemaError {
    return schemaFault(message, location);
  }
}

/** Whether the character may stand in quotes as it is. */
function isPlain(text: string, index: number): boolean {
  const character = text[index];
  return character !== undefined && character !== '"' && character !== "\\" && character >= " ";
}

/** The error for a mistake in a schema's text; its message begins like a compiler's, with file, line and column. */
export function schemaFault(
  message: string,
  location: SourceLocation,
  code: "INVALID_SCHEMA" | "MISSING_REFERENCE" = "INVALID_SCHEMA",
): SchemaError {
  const where = `${location.file ?? "schema"}:${location.line}:${location.column}`;
  return new SchemaError(code, `${where}: ${message}`, { location });
}
