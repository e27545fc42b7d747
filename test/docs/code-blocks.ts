/**
 * A fenced block of code. Words behind the language say what the tests do with it:
 *
 * | words | meaning |
 * |---|---|
 * | `file=PATH` | it is the file PATH of the page's project |
 * | `run` | a program that is run against a server of its own and has to end well |
 * | `output` | what the program in front of it prints, to the letter |
 * | `fragment` | it is not whole: it is shown, and not checked |
 */
export interface CodeBlock {
  readonly language: string;
  readonly words: readonly string[];
  /** The path behind `file=`. */
  readonly file: string | undefined;
  readonly text: string;
  /** The line of the opening fence, from 1. */
  readonly line: number;
}

const FENCE = /^( *)(`{3,})(.*)$/;

/** The fenced blocks of a Markdown text, in order. */
export function codeBlocks(markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  const lines = markdown.split("\n");
  for (let index = 0; index < lines.length; index++) {
    const [, indent = "", fence, info = ""] = FENCE.exec(lines[index]!) ?? [];
    if (fence === undefined) continue;
    const end = lines.findIndex((line, at) => at > index && line.trim() === fence);
    if (end === -1) throw new Error(`the code block in line ${index + 1} is not closed`);
    const [language = "", ...words] = info.trim().split(/\s+/);
    const body = lines.slice(index + 1, end).map((line) => line.slice(indent.length));
    const file = words.find((word) => word.startsWith("file="))?.slice("file=".length);
    blocks.push({ language, words, file, text: `${body.join("\n")}\n`, line: index + 1 });
    index = end;
  }
  return blocks;
}

/** The text without its code, line for line, so that what looks like a link or a heading in code is not one. */
export function withoutCode(markdown: string): string {
  return outsideBlocks(markdown).replaceAll(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\]()]/g, " "));
}

/** The text without its blocks of code, line for line. */
export function outsideBlocks(markdown: string): string {
  let fence: string | undefined;
  return markdown
    .split("\n")
    .map((line) => {
      const found = FENCE.exec(line)?.[2];
      if (fence === undefined) fence = found;
      else if (line.trim() === fence) fence = undefined;
      else return "";
      return found === undefined ? line : "";
    })
    .join("\n");
}
