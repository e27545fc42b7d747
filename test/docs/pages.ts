import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type CodeBlock, codeBlocks } from "./code-blocks.ts";

export const root = join(import.meta.dirname, "../..");

/** A page of documentation. */
export interface Page {
  /** Relative to the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly CodeBlock[];
}

/** The README, the pages of `docs/` and the READMEs of the packages. */
export function readPages(): Page[] {
  const paths = globSync(["README.md", "docs/*.md", "packages/*/README.md", "codegen/README.md"], {
    cwd: root,
  });
  return paths.sort().map(readPage);
}

export function readPage(path: string): Page {
  const text = readFileSync(join(root, path), "utf8");
  return { path, text, blocks: codeBlocks(text) };
}
