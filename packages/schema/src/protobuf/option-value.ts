import type { SourceLocation } from "../schema-error.ts";
import { NESTING_DEPTH_MAX } from "./limits.ts";
import { describeToken, type Token } from "./token.ts";
import { integerValue, type TokenStream } from "./token-stream.ts";

/** The value of an option as written, `text` with its sign; what it means depends on the option's type. */
export type OptionValue = { readonly location: SourceLocation } & (
  | { readonly kind: "identifier"; readonly text: string }
  | { readonly kind: "integer"; readonly value: bigint; readonly negative: boolean; readonly text: string }
  | { readonly kind: "float"; readonly value: number; readonly text: string }
  | { readonly kind: "string"; readonly bytes: Buffer }
  | { readonly kind: "message"; readonly fields: readonly AggregateField[] }
  | { readonly kind: "list"; readonly values: readonly OptionValue[] }
);

/** One `name: value` of an aggregate value. */
export interface AggregateField {
  /** A field's name, an extension's name when it was in brackets, or an Any's type URL in brackets. */
  readonly name: string;
  readonly bracketed: boolean;
  readonly location: SourceLocation;
  readonly value: OptionValue;
}

/** Reads the value behind `=`: a scalar, an identifier, or an aggregate in braces. */
export function parseOptionValue(stream: TokenStream): OptionValue {
  return stream.at("{") ? aggregate(stream, "}", 0) : scalar(stream);
}

function scalar(stream: TokenStream): OptionValue {
  const first = stream.peek();
  const location = stream.location(first);
  if (first.kind === "string") return { kind: "string", bytes: stream.string("a value"), location };
  const negative = stream.accept("-");
  if (!negative) stream.accept("+");
  const token = stream.peek();
  if (token.kind === "integer") return integer(stream.next(), negative, location);
  if (token.kind === "float") {
    stream.next();
    return float(negative ? -Number(token.text) : Number(token.text), negative, token, location);
  }
  if (token.kind !== "identifier") stream.fail(`expected a value, found ${describeToken(token)}`);
  if (!negative) return { kind: "identifier", text: stream.fullIdentifier("a value"), location };
  stream.next();
  if (/^inf(inity)?$/i.test(token.text)) return float(-Infinity, true, token, location);
  if (/^nan$/i.test(token.text)) return float(Number.NaN, true, token, location);
  return stream.fail(`"-" stands before a number, "inf" or "nan", not before ${describeToken(token)}`, token);
}

function integer(token: Token, negative: boolean, location: SourceLocation): OptionValue {
  const magnitude = integerValue(token.text);
  const text = negative ? `-${token.text}` : token.text;
  return { kind: "integer", value: negative ? -magnitude : magnitude, negative, text, location };
}

function float(value: number, negative: boolean, token: Token, location: SourceLocation): OptionValue {
  return { kind: "float", value, text: negative ? `-${token.text}` : token.text, location };
}

/** An aggregate value in the text format, from its opening to its closing bracket. */
function aggregate(stream: TokenStream, close: "}" | ">", depth: number): OptionValue {
  const open = stream.next();
  if (depth >= NESTING_DEPTH_MAX) stream.fail(`option values may nest ${NESTING_DEPTH_MAX} deep`, open);
  const fields: AggregateField[] = [];
  while (!stream.accept(close)) {
    fields.push(aggregateField(stream, depth));
    if (!stream.accept(",")) stream.accept(";");
  }
  return { kind: "message", fields, location: stream.location(open) };
}

function aggregateField(stream: TokenStream, depth: number): AggregateField {
  const location = stream.location();
  const bracketed = stream.accept("[");
  let name: string;
  if (bracketed) {
    name = stream.fullIdentifier("the name of an extension");
    if (stream.accept("/")) name += `/${stream.fullIdentifier("the name of a message")}`;
    stream.expect("]", "behind the name");
  } else {
    name = stream.identifier("the name of a field").text;
  }
  const colon = stream.accept(":");
  if (stream.at("{") || stream.at("<") || stream.at("[") || colon) {
    return { name, bracketed, location, value: aggregateValue(stream, depth + 1) };
  }
  return stream.fail(`expected ":" behind the field name, found ${describeToken(stream.peek())}`);
}

function aggregateValue(stream: TokenStream, depth: number): OptionValue {
  if (stream.at("{")) return aggregate(stream, "}", depth);
  if (stream.at("<")) return aggregate(stream, ">", depth);
  if (!stream.at("[")) return scalar(stream);
  const location = stream.location(stream.next());
  if (depth >= NESTING_DEPTH_MAX) stream.fail(`option values may nest ${NESTING_DEPTH_MAX} deep`);
  const values: OptionValue[] = [];
  while (!stream.at("]")) {
    values.push(aggregateValue(stream, depth + 1));
    if (!stream.accept(",")) break;
  }
  stream.expect("]", "at the end of the list");
  return { kind: "list", values, location };
}
