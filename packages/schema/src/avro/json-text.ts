import type { JsonNode } from "./json-reader.ts";

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};
/** From here on Java's `Double.toString` uses exponents, and below the lower bound too. */
const PLAIN_DOUBLE_MAX = 1e7;
const PLAIN_DOUBLE_MIN = 1e-3;

export interface JsonTextOptions {
  /** Whether the keys of objects are sorted. Default: as written. */
  readonly sorted?: boolean;
}

/** A JSON value printed as Java's Jackson prints it: no white space, numbers in Java's own form. */
export function jsonText(node: JsonNode, options: JsonTextOptions = {}): string {
  switch (node.kind) {
    case "null":
      return "null";
    case "boolean":
      return String(node.value);
    case "number":
      return numberText(node.text);
    case "string":
      return quoted(node.value);
    case "array":
      return `[${node.items.map((item) => jsonText(item, options)).join(",")}]`;
    case "object": {
      const entries = options.sorted ? node.entries.toSorted(byKey) : node.entries;
      return `{${entries.map(({ key, value }) => `${quoted(key)}:${jsonText(value, options)}`).join(",")}}`;
    }
  }
}

/** Text in quotes, escaped as Jackson does: only what must be, control characters with capital digits. */
export function quoted(text: string): string {
  let escaped = "";
  for (const character of text) {
    if (character >= " " && character !== '"' && character !== "\\") escaped += character;
    else {
      const code = character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
      escaped += SHORT_ESCAPES[character] ?? `\\u${code}`;
    }
  }
  return `"${escaped}"`;
}

/** A number as Java prints it: integers by their digits, the rest by `Double.toString`. */
function numberText(text: string): string {
  if (/^-?\d+$/.test(text)) return text === "-0" ? "0" : text;
  return doubleText(Number(text));
}

/** Java's `Double.toString`: `1.0`, `1.5E-5`, and in quotes what JSON has no number for. */
export function doubleText(value: number): string {
  if (!Number.isFinite(value)) return `"${value}"`;
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const magnitude = Math.abs(value);
  if (magnitude >= PLAIN_DOUBLE_MIN && magnitude < PLAIN_DOUBLE_MAX) {
    const plain = String(value);
    return plain.includes(".") ? plain : `${plain}.0`;
  }
  const [digits = "", exponent = ""] = value.toExponential().split("e");
  return `${digits.includes(".") ? digits : `${digits}.0`}E${Number(exponent)}`;
}

function byKey(a: { readonly key: string }, b: { readonly key: string }): number {
  return a.key < b.key ? -1 : 1;
}
