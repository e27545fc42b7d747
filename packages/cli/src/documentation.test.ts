import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { COMMANDS } from "./commands/index.ts";

const page = readFileSync(join(import.meta.dirname, "../../../docs/cli.md"), "utf8");

describe.each(COMMANDS.map(({ name }) => name))("docs/cli.md", (name) => {
  test(`describes ${name} with all its subcommands and flags`, async () => {
    const entry = COMMANDS.find((each) => each.name === name)!;
    const command = (await entry.load())({ env: {} } as never);
    expect(page).toContain(`## letterpress ${name}\n`);
    for (const each of [command, ...command.commands]) {
      if (each !== command) expect(page).toContain(`${name} ${each.name()}`);
      expect(flagsOf(each).filter((flag) => !page.includes(flag))).toEqual([]);
    }
  });
});

function flagsOf(command: Command): string[] {
  return command.options.map(({ long }) => long!);
}
