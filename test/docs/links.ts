import { withoutCode } from "./code-blocks.ts";

/** A link within the repository. */
export interface Link {
  /** Relative to the page; empty for a heading of the page itself. */
  readonly path: string;
  /** The heading, as it stands in addresses; undefined where none is named. */
  readonly anchor: string | undefined;
  readonly line: number;
}

/** The links of a Markdown text that lead to files or headings, not to other sites. */
export function localLinks(markdown: string): Link[] {
  const links: Link[] = [];
  for (const [index, line] of withoutCode(markdown).split("\n").entries()) {
    for (const [, target = ""] of line.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [path = "", anchor] = target.split("#", 2);
      links.push({ path, anchor, line: index + 1 });
    }
  }
  return links;
}

/** The anchors of a Markdown text's headings, as GitHub makes them. */
export function anchors(markdown: string): Set<string> {
  const found = new Set<string>();
  for (const line of headings(markdown)) {
    const base = line
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(/\s/g, "-");
    let name = base;
    for (let count = 1; found.has(name); count++) name = `${base}-${count}`;
    found.add(name);
  }
  return found;
}

function headings(markdown: string): string[] {
  // Code within a heading is part of its anchor, so that only blocks are left out.
  const kept = new Set(
    withoutCode(markdown)
      .split("\n")
      .flatMap((line, index) => (/^#{1,6} /.test(line) ? [index] : [])),
  );
  return markdown
    .split("\n")
    .filter((_, index) => kept.has(index))
    .map((line) => line.replace(/^#+ /, "").replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1"));
}
