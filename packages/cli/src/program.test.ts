import { expect, test } from "vitest";
import { COMMANDS } from "./commands/index.ts";
import { runHere } from "./testing/cli-session.ts";
import { runCli } from "./testing/run-cli.ts";

test("the version and the help are there, and nothing at all is a mistake", async () => {
  expect(await runCli(["--version"])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
  });
  const help = await runHere(["--help"]);
  expect(help.code).toBe(0);
  for (const { name, summary } of COMMANDS) {
    expect(help.stdout).toContain(name);
    expect(help.stdout.replaceAll(/\s+/g, " ")).toContain(summary);
  }
  expect(help.stdout).toContain("Exit codes:");
  expect((await runHere([])).code).toBe(2);
});

test.each(COMMANDS.map(({ name }) => name))(
  "%s has the summary that is listed, and examples",
  async (name) => {
    const entry = COMMANDS.find((each) => each.name === name)!;
    const command = (await entry.load())({ env: {} } as never);
    expect(command.summary()).toBe(entry.summary);
    const help = await runHere([name, "--help"]);
    expect(help).toMatchObject({ code: 0, stdout: expect.stringContaining(`letterpress ${name} `) });
    expect(help.stdout).toContain("Examples:");
    expect((await runHere(["help", name])).stdout).toBe(help.stdout);
  },
);

test("a mistyped command or flag suggests the right one", async () => {
  expect(await runHere(["aply"])).toMatchObject({ code: 2, stderr: expect.stringContaining("apply") });
  const flag = await runHere(["apply", "--contract", "x", "--json"]);
  expect(flag.code).toBe(2);
  expect(JSON.parse(flag.stderr).error).toEqual({
    code: "USAGE",
    message: expect.stringContaining("--contracts"),
  });
  expect(await runHere(["topic", "lst"])).toMatchObject({ code: 2, stderr: expect.stringContaining("list") });
  expect(await runHere(["topic"])).toMatchObject({ code: 2 });
});
