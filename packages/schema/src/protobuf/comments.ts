import type { TokenComments } from "./token.ts";

/** A comment as the tokenizer meets it: its text without markers, and the lines it covers. */
export interface RawComment {
  readonly text: string;
  readonly isLine: boolean;
  readonly startLine: number;
  readonly endLine: number;
}

/**
 * Decides which of the comments between two tokens belongs to which, by protoc's rules: one that begins on the
 * previous token's line, or that a blank line separates from the next token, trails the previous token; the last
 * one leads the next token when nothing is between them; the others are detached.
 */
export function attachComments(
  comments: readonly RawComment[],
  previousLine: number,
  nextLine: number,
): TokenComments | undefined {
  if (comments.length === 0) return undefined;
  const blocks = joinLineComments(comments, previousLine);
  const first = blocks[0]!;
  const follower = blocks[1]?.startLine ?? nextLine;
  let trailingPrevious: string | undefined;
  if (previousLine > 0) {
    const sameLine = first.startLine === previousLine && nextLine !== previousLine;
    const ownParagraph = first.startLine === previousLine + 1 && follower > first.endLine + 1;
    if (sameLine || ownParagraph) trailingPrevious = blocks.shift()!.text;
  }
  const last = blocks.at(-1);
  let leading: string | undefined;
  if (last !== undefined && nextLine - last.endLine <= 1) leading = blocks.pop()!.text;
  return { trailingPrevious, leading, detached: blocks.map((block) => block.text) };
}

/** Line comments on consecutive lines are one comment, except behind the previous token on its own line. */
function joinLineComments(comments: readonly RawComment[], previousLine: number): RawComment[] {
  const blocks: RawComment[] = [];
  for (const comment of comments) {
    const last = blocks.at(-1);
    const joins =
      last?.isLine === true &&
      comment.isLine &&
      comment.startLine === last.endLine + 1 &&
      last.endLine !== previousLine;
    if (joins) {
      blocks[blocks.length - 1] = { ...last, text: last.text + comment.text, endLine: comment.endLine };
    } else {
      blocks.push(comment);
    }
  }
  return blocks;
}

/** The text of a block comment: the asterisks that begin its lines are decoration. */
export function blockCommentText(inner: string): string {
  return inner
    .split("\n")
    .map((line, index) => (index === 0 ? line : line.replace(/^[ \t]*\*?/, "")))
    .join("\n");
}
