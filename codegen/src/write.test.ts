import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { GENERATED_MARK } from "./source-file.ts";
import { writeGenerated } from "./write.ts";

const file = (path: string, body: string) => ({ path, content: `${GENERATED_MARK}.\n${body}\n` });

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "letterpress-generated-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test("writes what changed, leaves the rest alone and removes what is gone", async () => {
  await writeGenerated(folder, [file("a.ts", "1"), file("deep/b.ts", "1"), file("c.ts", "1")]);
  await writeFile(join(folder, "mine.ts"), "export const mine = 1;\n");
  const before = await stat(join(folder, "a.ts"));
  const result = await writeGenerated(folder, [file("a.ts", "1"), file("deep/b.ts", "2")]);
  expect(result).toEqual({ written: ["deep/b.ts"], removed: ["c.ts"], unchanged: ["a.ts"] });
  expect((await stat(join(folder, "a.ts"))).mtimeMs).toBe(before.mtimeMs);
  expect(await readFile(join(folder, "deep/b.ts"), "utf8")).toContain("2");
  expect(await readFile(join(folder, "mine.ts"), "utf8")).toContain("mine");
});

test("a check tells what would change and changes nothing", async () => {
  await writeGenerated(folder, [file("a.ts", "1"), file("b.ts", "1")]);
  const result = await writeGenerated(folder, [file("a.ts", "2"), file("new.ts", "1")], { check: true });
  expect(result).toEqual({ written: ["a.ts", "new.ts"], removed: ["b.ts"], unchanged: [] });
  expect(await readFile(join(folder, "a.ts"), "utf8")).toContain("1");
});

test("a file written by hand is never overwritten", async () => {
  await writeFile(join(folder, "a.ts"), "precious\n");
  await expect(writeGenerated(folder, [file("a.ts", "1")])).rejects.toThrow("was not generated");
  expect(await readFile(join(folder, "a.ts"), "utf8")).toBe("precious\n");
});
