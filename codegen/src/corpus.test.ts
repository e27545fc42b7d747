import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import ts from "typescript";
import { afterAll, beforeAll, expect, test } from "vitest";
import { generate, loadContracts, writeGenerated } from "./index.ts";

const run = promisify(execFile);
const repository = join(import.meta.dirname, "../..");
const corpus = join(import.meta.dirname, "../fixtures/corpus");

beforeAll(async () => {
  const contracts = await loadContracts(join(corpus, "schemas/topics.yaml"));
  await writeGenerated(contracts.generate.out, generate(contracts));
});

afterAll(() => rm(join(corpus, "gen"), { recursive: true, force: true }));

test("nasty schemas compile under strict TypeScript, and the types are the right ones", {
  timeout: 60_000,
}, () => {
  const { config } = ts.readConfigFile(join(repository, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(
    { ...config, include: [], files: [] },
    ts.sys,
    repository,
  );
  const program = ts.createProgram([join(corpus, "program.ts")], options);
  const messages = ts.getPreEmitDiagnostics(program).map((diagnostic) => {
    const text = ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n");
    if (diagnostic.file === undefined) return text;
    const { line } = diagnostic.file.getLineAndCharacterOfPosition(diagnostic.start ?? 0);
    return `${diagnostic.file.fileName}:${line + 1}: ${text}`;
  });
  expect(messages).toEqual([]);
});

test("values of nasty schemas survive a round trip", { timeout: 60_000 }, async () => {
  const { stdout } = await run(process.execPath, [
    "--conditions=@letterpress/source",
    join(corpus, "program.ts"),
  ]);
  expect(stdout.trim()).toBe("corpus ok");
});

test("generating again changes nothing", async () => {
  const contracts = await loadContracts(join(corpus, "schemas/topics.yaml"));
  const result = await writeGenerated(contracts.generate.out, generate(contracts), { check: true });
  expect(result).toMatchObject({ written: [], removed: [] });
});
