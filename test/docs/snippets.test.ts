import { join } from "node:path";
import { startTestServer } from "@letterpress/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { CodeBlock } from "./code-blocks.ts";
import { type Page, readPages } from "./pages.ts";
import { SnippetProjects } from "./snippet-projects.ts";

const pages = readPages();
let projects: SnippetProjects;
beforeAll(async () => {
  projects = await SnippetProjects.write(pages);
});
afterAll(() => projects[Symbol.asyncDispose]());

const blocksOf = (choose: (block: CodeBlock) => boolean) =>
  pages.flatMap((page) =>
    page.blocks.filter(choose).map((block) => ({ at: `${page.path}:${block.line}`, page, block })),
  );

test("every TypeScript snippet passes the compiler", { timeout: 120_000 }, async () => {
  expect(blocksOf(({ language }) => language === "ts").length).toBeGreaterThan(0);
  expect(await projects.typeCheck()).toEqual([]);
});

describe.each(blocksOf(({ words }) => words.includes("run")))("the program at $at", ({ page, block }) => {
  test("does what the page says", { timeout: 60_000 }, async () => {
    const contracts = join(projects.of(page), "schemas/topics.yaml");
    await using server = await startTestServer({ contracts });
    const { code, stdout, stderr } = await projects.run(page, block, server);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    const output = outputOf(page, block);
    if (output !== undefined) expect(stdout).toBe(output);
  });
});

/** What the page shows as the program's output: the next block, when it is one. */
function outputOf(page: Page, block: CodeBlock): string | undefined {
  const next = page.blocks[page.blocks.indexOf(block) + 1];
  return next?.words.includes("output") ? next.text : undefined;
}

test.each(blocksOf(({ language, words }) => /^(json|ya?ml)$/.test(language) && !words.includes("fragment")))(
  "the document at $at can be parsed",
  ({ block }) => {
    expect(() => (block.language === "json" ? JSON.parse(block.text) : parse(block.text))).not.toThrow();
  },
);
