import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CliProcess } from "../../packages/cli/src/testing/run-cli.ts";
import { readPage } from "./pages.ts";
import { SnippetProjects } from "./snippet-projects.ts";

const readme = readPage("README.md");
const main = readme.blocks.find(({ file }) => file === "src/main.ts")!;
const shown = readme.blocks.filter(({ language }) => language === "console").map(({ text }) => text);
const hasKcat = spawnSync("kcat", ["-V"]).status === 0;
if (!hasKcat)
  console.log("kcat is not installed (apt-get install kcat): its part of the quick start is skipped");

let projects: SnippetProjects;
let server: CliProcess;
let kafka: string;
let registry: string;

/** What `letterpress dev` says first, and once everything is applied and generated. */
beforeAll(async () => {
  projects = await SnippetProjects.write([readme], { generate: false });
  const ports = ["--kafka", "127.0.0.1:0", "--http", "127.0.0.1:0"];
  server = new CliProcess(["dev", "--json", ...ports], { cwd: projects.of(readme) });
  ({ kafka, http: registry } = JSON.parse(await server.line()));
  expect(JSON.parse(await server.line())).toMatchObject({ event: "synchronized" });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await projects[Symbol.asyncDispose]();
});

test("the README's first program prints what the README shows", async () => {
  const { code, stdout, stderr } = await projects.run(readme, main, { kafka, registry });
  expect(stderr).toBe("");
  expect(code).toBe(0);
  expect(shown[0]).toBe(`$ node src/main.ts\n${stdout}`);
});

test.skipIf(!hasKcat)("kcat's bad record is refused with the words of the README", () => {
  const args = ["-b", kafka, "-t", "orders.placed", "-P"];
  const { stderr } = spawnSync("kcat", args, { input: "not an order\n", encoding: "utf8" });
  expect(stderr).toContain(shown[1]!.split("\n")[1]!);
});
