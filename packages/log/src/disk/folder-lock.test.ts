import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lockFolder } from "./folder-lock.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "letterpress-lock-"));
});
afterEach(() => rm(folder, { recursive: true }));

test("a folder is held by one, and free again after it is given back", async () => {
  const unlock = await lockFolder(folder);
  await expect(lockFolder(folder)).rejects.toMatchObject({
    code: "LOCKED",
    message: expect.stringContaining(`process ${process.pid}`),
  });
  await unlock();
  await (await lockFolder(folder))();
  expect(await readdir(folder)).toEqual([]);
});

test("the lock of a killed process does not block", async () => {
  const source = new URL("./folder-lock.ts", import.meta.url).href;
  const script = `const { lockFolder } = await import(${JSON.stringify(source)});
    await lockFolder(${JSON.stringify(folder)}); console.log("locked"); setInterval(() => {}, 1000);`;
  const args = ["--conditions=@letterpress/source", "--input-type=module", "-e", script];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  await expect(lockFolder(folder)).rejects.toMatchObject({
    code: "LOCKED",
    message: expect.stringContaining(`process ${child.pid}`),
  });
  child.kill("SIGKILL");
  await once(child, "exit");
  await (await lockFolder(folder))();
});

test("a process id that was given out anew is not the holder", async () => {
  await writeFile(join(folder, ".lock"), JSON.stringify({ pid: process.pid, started: "1", boot: "another" }));
  await (await lockFolder(folder))();
});

test("of many that find a stale lock one wins", async () => {
  await writeFile(join(folder, ".lock"), "not a lock");
  const results = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder)));
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect(JSON.parse(await readFile(join(folder, ".lock"), "utf8"))).toMatchObject({ pid: process.pid });
});
