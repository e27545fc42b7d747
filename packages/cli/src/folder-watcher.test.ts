import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FolderWatcher } from "./folder-watcher.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "letterpress-watch-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Writes beside the file and renames over it, as many editors do. */
function replace(file: string, text: string): void {
  writeFileSync(`${join(root, file)}.new`, text);
  renameSync(`${join(root, file)}.new`, join(root, file));
}

test("a file is followed however often it is replaced", async () => {
  mkdirSync(join(root, "orders"));
  replace("orders/order.avsc", "0");
  let changes = 0;
  let early = 0;
  using _watcher = new FolderWatcher(root, (file) => {
    if (file === "order.avsc") changes++;
    if (file === null) early++;
  });
  expect(early).toBe(0);
  for (let round = 1; round <= 3; round++) {
    const before = changes;
    replace("orders/order.avsc", String(round));
    await expect.poll(() => changes).toBeGreaterThan(before);
  }
});

test("folders that come later are watched, with what they hold already", async () => {
  const seen: (string | null)[] = [];
  using _watcher = new FolderWatcher(root, (file) => seen.push(file));
  mkdirSync(join(root, "a/b"), { recursive: true });
  await expect.poll(() => seen).toContain(null);
  rmSync(join(root, "a"), { recursive: true });
  await expect.poll(() => seen.filter((file) => file === "a").length).toBeGreaterThan(1);
  seen.length = 0;
  mkdirSync(join(root, "a/b"), { recursive: true });
  await expect.poll(() => seen.filter((file) => file === null).length).toBeGreaterThan(1);
  replace("a/b/later.avsc", "1");
  await expect.poll(() => seen).toContain("later.avsc");
});

test("nothing is told after it is disposed of", async () => {
  let changes = 0;
  new FolderWatcher(root, () => changes++)[Symbol.dispose]();
  let others = 0;
  using _other = new FolderWatcher(root, () => others++);
  replace("x.avsc", "1");
  await expect.poll(() => others).toBeGreaterThan(0);
  expect(changes).toBe(0);
});

test("a folder that is not there cannot be watched", () => {
  expect(() => new FolderWatcher(join(root, "none"), () => undefined)).toThrow(/ENOENT/);
});
