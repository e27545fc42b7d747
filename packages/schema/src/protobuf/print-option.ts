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

/**
 * A value as Wire's printer lays it out: the members of messages and lists on lines of their own, the values of a
 * repeated field gathered into one list.
 *
 * @param sorted Whether the fields of messages are put in the order of their names.
 */
export function printOptionValue(value: OptionValue, sorted = false): string {
  switch (value.kind) {
    case "string":
      return isUtf8(value.bytes)
        ? printString(value.bytes.toString("utf8"))
        : `"${escapeBytes(value.bytes)}"`;
    case "message":
      return `{\n${printMembers(printFields(value.fields, sorted))}}`;
    case "list":
      return `[\n${printMembers(value.values.map((one) => printOptionValue(one, sorted)))}]`;
    default:
      return value.text;
  }
}

function printFields(fields: readonly AggregateField[], sorted: boolean): string[] {
  const values = new Map<string, OptionValue>();
  for (const { name, bracketed, value } of fields) {
    const key = bracketed ? `[${name}]` : name;
    const earlier = values.get(key);
    values.set(key, earlier === undefined ? value : gather(earlier, value));
  }
  const names = sorted ? [...values.keys()].sort(compareText) : [...values.keys()];
  return names.map((name) => `${name}: ${printOptionValue(values.get(name)!, sorted)}`);
}

function gather(first: OptionValue, second: OptionValue): OptionValue {
  const values = [first, second].flatMap((value) => (value.kind === "list" ? value.values : [value]));
  return { kind: "list", values, location: first.location };
}

/** Orders texts by their UTF-16 code units, as Java does. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
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
