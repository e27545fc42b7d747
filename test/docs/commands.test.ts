import { expect, test } from "vitest";
import { runHere } from "../../packages/cli/src/testing/cli-session.ts";
import { outsideBlocks } from "./code-blocks.ts";
import { readPages } from "./pages.ts";

const SUBCOMMANDS: readonly string[] = ["topic", "group", "schema", "cluster"];

/** The calls of `letterpress` in a text, without its name. */
function calls(text: string): string[] {
  const commands = text.replaceAll(/\\\n\s*/g, " ").replaceAll(/\s#.*$/gm, "");
  const found = commands.matchAll(/(?:^\$? *|npx |\| |&& )letterpress ([a-z].*?)(?= \||$)/gm);
  return Array.from(found, ([, words = ""]) => words.trim());
}

/** The calls of `letterpress` in the shell blocks of all pages, and in the code within their sentences. */
const lines = readPages().flatMap(({ path, text, blocks }) => {
  const shells = blocks.filter(
    ({ language, words }) => /^(sh|bash|console)$/.test(language) && !words.includes("fragment"),
  );
  const inline = [...outsideBlocks(text).matchAll(/`((?:npx )?letterpress [^`]+)`/g)];
  return [
    ...shells.flatMap((block) =>
      calls(block.text).map((command) => ({ at: `${path}:${block.line}`, command })),
    ),
    ...inline
      .flatMap(([, code = ""]) => calls(code.replaceAll("\n", " ")))
      .map((command) => ({ at: path, command })),
  ];
});

test("there are command lines to check", () => {
  expect(lines.length).toBeGreaterThan(0);
});

test.each(lines)("$at: letterpress $command", async ({ command }) => {
  const words = command.split(/\s+/);
  const isNested = SUBCOMMANDS.includes(words[0] ?? "") && /^[a-z]+$/.test(words[1] ?? "");
  const name = words.slice(0, isNested ? 2 : 1);
  const { code, stdout } = await runHere([...name, "--help"]);
  expect(code).toBe(0);
  expect(stdout).toContain(`Usage: letterpress ${name.join(" ")}`);
  for (const flag of words.filter((word) => word.startsWith("--"))) {
    expect(stdout).toMatch(new RegExp(`${flag.replace(/=.*/, "")}\\b`));
  }
});
