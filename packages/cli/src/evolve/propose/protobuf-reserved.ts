import type { Fix } from "./fix.ts";
import { blockOf, bodyOf, type Enum, type Message, type ProtobufText } from "./protobuf-text.ts";
import type { TextEdit } from "./text-edit.ts";

/** Numbers from `start` up to, but not including, `end`. */
export interface NumberRange {
  readonly start: number;
  readonly end: number;
}

/** `reserved` statements for numbers and names; `max` is the largest number that there can be. */
export function reserveStatements(
  ranges: readonly NumberRange[],
  names: readonly string[],
  { parsed }: ProtobufText,
  max: number,
): string[] {
  // Since the editions names are written as such; before them they are strings.
  const isEdition = parsed.file.syntax === "editions";
  const numbers = ranges.map(({ start, end }) => {
    if (end > max) return `reserved ${start} to max;`;
    return end === start + 1 ? `reserved ${start};` : `reserved ${start} to ${end - 1};`;
  });
  return [...numbers, ...names.map((name) => (isEdition ? `reserved ${name};` : `reserved "${name}";`))];
}

const FIELD_NUMBER_MAX = 2 ** 29 - 1;
const ENUM_NUMBER_MAX = 2 ** 31 - 1;

const RESERVED =
  /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\/\/[^\n]*|\/\*[\s\S]*?\*\/|[{}]|\breserved\s+-?\d[^;]*;/g;

/** The statements that reserve numbers, in the type's own body. */
function numberStatements(edited: ProtobufText, descriptor: object): TextEdit[] {
  const block = blockOf(edited, descriptor);
  const found: TextEdit[] = [];
  let depth = 0;
  for (const { 0: token, index } of (block?.text ?? "").matchAll(RESERVED)) {
    if (token === "{") depth++;
    if (token === "}") depth--;
    if (depth !== 1 || !token.startsWith("reserved")) continue;
    const start = block!.start + index;
    found.push({ start, end: start + token.length, text: "" });
  }
  return found;
}

/** Ranges in order; those that overlap are one. */
function merged(ranges: readonly NumberRange[]): NumberRange[] {
  const result: NumberRange[] = [];
  for (const range of ranges.toSorted((a, b) => a.start - b.start)) {
    const last = result.at(-1);
    if (last === undefined || range.start >= last.end) result.push(range);
    else result[result.length - 1] = { start: last.start, end: Math.max(last.end, range.end) };
  }
  return result;
}

/** What an older schema has reserved stays reserved, in statements that say it anew: no range may overlap another. */
export function reservedAgain<Type extends Message | Enum>(
  type: Type,
  old: Type,
  edited: ProtobufText,
): Fix | undefined {
  const inside = bodyOf(edited, type.proto);
  // The ranges of enums include their ends.
  const [extra, max] = type.kind === "enum" ? [1, ENUM_NUMBER_MAX] : [0, FIELD_NUMBER_MAX];
  const [ranges, before] = [type, old].map(({ proto }) =>
    proto.reservedRange.map(({ start, end }) => ({ start, end: end + extra })),
  );
  const names = old.proto.reservedName.filter((name) => !type.proto.reservedName.includes(name));
  const statements = reserveStatements(merged([...ranges!, ...before!]), names, edited, max);
  if (inside === undefined || statements.length === 0) return undefined;
  const text = statements.map((each) => `\n  ${each}`).join("");
  return {
    title: `keep reserved what ${type.name} had reserved`,
    now: [...numberStatements(edited, type.proto), { start: inside, end: inside, text }],
    later: undefined,
  };
}
