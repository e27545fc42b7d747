import { isUtf8 } from "node:buffer";
import type { AggregateField, OptionValue } from "./option-value.ts";
import type { OptionNamePart } from "./parsed-file.ts";
import { escapeBytes } from "./string-literal.ts";

/** An option to be printed: `name = value`. */
export interface PrintedOption {
  readonly name: string;
  readonly text: string;
}

/** `text` with every line two spaces further in. */
export function indent(text: string): string {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.map((line) => `  ${line}\n`).join("");
}

/** An option's name with its extensions in parentheses. */
export function printOptionName(name: readonly OptionNamePart[]): string {
  return name.map((part) => (part.isExtension ? `(${part.name})` : part.name)).join(".");
}

/** A value as Wire's printer lays it out: the members of messages and lists on lines of their own. */
export function printOptionValue(value: OptionValue): string {
  switch (value.kind) {
    case "string":
      return isUtf8(value.bytes)
        ? printString(value.bytes.toString("utf8"))
        : `"${escapeBytes(value.bytes)}"`;
    case "message":
      return `{\n${printMembers(value.fields.map(printAggregateField))}}`;
    case "list":
      return `[\n${printMembers(value.values.map(printOptionValue))}]`;
    default:
      return value.text;
  }
}

function printAggregateField(field: AggregateField): string {
  return `${field.bracketed ? `[${field.name}]` : field.name}: ${printOptionValue(field.value)}`;
}

function printMembers(members: readonly string[]): string {
  return members.map((text, index) => indent(index < members.length - 1 ? `${text},` : text)).join("");
}

/** Options in brackets: one on the same line, several on lines of their own. */
export function printBracketed(options: readonly PrintedOption[]): string {
  const texts = options.map((option) => option.text);
  if (texts.length === 0) return "";
  return texts.length === 1 ? ` [${texts[0]}]` : ` [\n${printMembers(texts)}]`;
}

const escapes: Readonly<Record<string, string>> = {
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  "\\": "\\\\",
  "'": "\\'",
  '"': '\\"',
};

/** A string literal; only what must be is escaped. */
export function printString(text: string): string {
  let printed = "";
  for (const character of text) {
    const octal = character < " " ? `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}` : character;
    printed += escapes[character] ?? octal;
  }
  return `"${printed}"`;
}
