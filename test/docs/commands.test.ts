import { expect, test } from "vitest";
import { runHere } from "../../packages/cli/src/testing/cli-session.ts";
import { readPages } from "./pages.ts";

const SUBCOMMANDS: readonly string[] = ["topic", "group", "schema", "cluster"];

/** The command lines of `letterpress` in the shell blocks of all pages, each with its words. */
const lines = readPages().flatMap(({ path, blocks }) =>
  blocks
    .filter(({ language, words }) => /^(sh|bash|console)$/.test(language) && !words.includes("fragment"))
    .flatMap(({ text, line }) =>
      text
        .replaceAll(/\\\n\s*/g, " ")
        .split("\n")
        .map((command) => ({ at: `${path}:${line}`, command: command.replace(/\s#.*$/, "") })),
    )
    .flatMap(({ at, command }) =>
      [...command.matchAll(/(?:^\$? *|npx |\| |&& )letterpress ([a-z].*?)(?= \||$)/g)].map(
        ([, words = ""]) => ({
          at,
          command: words.trim(),
        }),
      ),
    ),
);

test("there are command lines to check", () => {
  expect(lines.length).toBeGreaterThan(0);
});

test.each(lines)("$at: letterpress $command", async ({ command }) => {
  const words = command.split(/\s+/);
  const isNested = SUBCOMMANDS.includes(words[0] ?? "") && /^[a-z]/.test(words[1] ?? "");
  const name = words.slice(0, isNested ? 2 : 1);
  const { code, stdout } = await runHere([...name, "--help"]);
  expect(code).toBe(0);
  expect(stdout).toContain(`Usage: letterpress ${name.join(" ")}`);
  for (const flag of words.filter((word) => word.startsWith("--"))) {
    expect(stdout).toMatch(new RegExp(`${flag.replace(/=.*/, "")}\\b`));
  }
});
