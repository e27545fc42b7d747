import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CliProcess, runCli } from "../testing/run-cli.ts";

const PORTS = ["--kafka", "127.0.0.1:0", "--http", "127.0.0.1:0"];

let cwd: string;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "letterpress-cli-"));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

test.each(["SIGTERM", "SIGINT"] as const)(
  "says that it is ready, and ends in good order on %s",
  async (signal) => {
    await using server = new CliProcess(["serve", "--json", "--memory", ...PORTS], { cwd });
    const ready = JSON.parse(await server.line());
    expect(ready).toEqual({
      event: "ready",
      kafka: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      http: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    });
    expect((await fetch(`${ready.http}/health/ready`)).status).toBe(200);
    expect(await server.stop(signal)).toBe(0);
  },
);

test("for people it says what is served where, and keeps data below the working folder", async () => {
  await using server = new CliProcess(["serve", ...PORTS], { cwd });
  const lines: string[] = [];
  for (let count = 0; count < 6; count++) lines.push(await server.line());
  expect(lines.join("\n")).toMatch(/Ready after \d+ ms/);
  expect(lines.join("\n")).toContain(join(cwd, ".letterpress/data"));
  expect(await server.stop()).toBe(0);
});

test("a port in use and wrong flags end with exit code 2 and say what to do", async () => {
  await using server = new CliProcess(["serve", "--json", "--memory", ...PORTS], { cwd });
  const { kafka } = JSON.parse(await server.line());
  const taken = await runCli(["serve", "--memory", "--kafka", kafka, "--http", "127.0.0.1:0"], { cwd });
  expect(taken).toMatchObject({ code: 2, stderr: expect.stringContaining("--kafka") });

  const unknown = await runCli(["serve", "--memroy"], { cwd });
  expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining("--memory") });
  const json = await runCli(["serve", "--flush", "never", "--json"], { cwd });
  expect(json.code).toBe(2);
  expect(JSON.parse(json.stderr).error.code).toBe("INVALID_CONFIG");
});
