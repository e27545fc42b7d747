import type { SourceLocation } from "@letterpress/schema";

/** A part of a text, from `start` up to, but not including, `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Member {
  readonly key: string;
  readonly value: Span;
}

/** The offset of a line and column. */
export function offsetOf(text: string, { line, column }: SourceLocation): number {
  let start = 0;
  for (let left = line - 1; left > 0; left--) start = text.indexOf("\n", start) + 1;
  return start + column - 1;
}

/** The JSON value that begins at an offset. The text has been parsed before: it is valid, and may hold comments. */
export function valueAt(text: string, start: number): Span {
  const first = text[start];
  if (first === '"') return { start, end: stringEnd(text, start) };
  if (first !== "{" && first !== "[")
    return { start, end: start + /^[^\s,\]}/]+/.exec(text.slice(start))![0].length };
  let depth = 0;
  for (let at = start; ; ) {
    const character = text[at]!;
    if (character === "{" || character === "[") depth++;
    if (character === "}" || character === "]") depth--;
    at = character === '"' ? stringEnd(text, at) : character === "/" ? commentEnd(text, at) : at + 1;
    if (depth === 0) return { start, end: at };
  }
}

/** The members of the object that begins at an offset. */
export function membersAt(text: string, start: number): Member[] {
  const members: Member[] = [];
  for (let at = skipSpace(text, start + 1); text[at] !== "}"; ) {
    const key = valueAt(text, at);
    const value = valueAt(text, skipSpace(text, skipSpace(text, key.end) + 1));
    members.push({ key: JSON.parse(text.slice(key.start, key.end)) as string, value });
    at = skipSpace(text, value.end);
    if (text[at] === ",") at = skipSpace(text, at + 1);
  }
  return members;
}

/** The items of the array that begins at an offset. */
export function itemsAt(text: string, start: number): Span[] {
  const items: Span[] = [];
  for (let at = skipSpace(text, start + 1); text[at] !== "]"; ) {
    const item = valueAt(text, at);
    items.push(item);
    at = skipSpace(text, item.end);
    if (text[at] === ",") at = skipSpace(text, at + 1);
  }
  return items;
}

/** The indentation of the line that an offset is on. */
export function indentAt(text: string, offset: number): string {
  const lineStart = text.lastIndexOf("\n", offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(lineStart, offset))![0];
}

function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}

function skipSpace(text: string, start: number): number {
  let at = start;
  for (;;) {
    if (/\s/.test(text[at] ?? "")) at++;
    else if (text[at] === "/") at = commentEnd(text, at);
    else return at;
  }
}

function commentEnd(text: string, start: number): number {
  const isLine = text[start + 1] === "/";
  const end = text.indexOf(isLine ? "\n" : "*/", start + 2);
  return isLine ? end : end + 2;
}
