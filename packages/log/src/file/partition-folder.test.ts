import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { logConfig } from "../log-config.ts";
import { batchOf } from "../testing/batches.ts";
import { openFileEngine } from "./file-engine.ts";
import { folderName } from "./partition-folder.ts";

const TOPIC_ID = "fbe4a7c5-6f2d-4b0e-9f0c-5a5c2b1d3e4f";
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "letterpress-folder-"));
});
afterEach(() => rm(folder, { recursive: true }));

test("a partition's folder holds the files that Kafka's holds", async () => {
  const engine = await openFileEngine(folder);
  const log = await engine.open({ topic: "orders.placed", partition: 3, topicId: TOPIC_ID }, logConfig());
  await log.append(batchOf(["a"]));
  await engine.close();
  expect((await readdir(join(folder, "orders.placed-3"))).sort()).toEqual([
    "00000000000000000000.index",
    "00000000000000000000.log",
    "00000000000000000000.timeindex",
    "00000000000000000001.snapshot",
    "checkpoint",
    "leader-epoch-checkpoint",
    "partition.metadata",
  ]);
  const metadata = await readFile(join(folder, "orders.placed-3", "partition.metadata"), "utf8");
  expect(metadata).toBe("version: 0\ntopic_id: --SnxW8tSw6fDFpcKx0-Tw\n");
  const epochs = await readFile(join(folder, "orders.placed-3", "leader-epoch-checkpoint"), "utf8");
  expect(epochs).toBe("0\n1\n0 0\n");
});

test.each(["..", "../../etc", "a/b", "a\\b", "nul\0byte", "über", "a-1.stray"])(
  "the topic %j stays inside the data folder",
  async (topic) => {
    const engine = await openFileEngine(folder);
    const id = { topic, partition: 0, topicId: TOPIC_ID };
    await engine.open(id, logConfig());
    expect(await engine.list()).toEqual([id]);
    expect(await readdir(folder)).toContain(folderName(id));
    await engine.delete(id);
    expect(await engine.list()).toEqual([]);
    await engine.close();
  },
);

test.each([
  { topic: "", partition: 0, topicId: TOPIC_ID },
  { topic: "a", partition: -1, topicId: TOPIC_ID },
  { topic: "a", partition: 0.5, topicId: TOPIC_ID },
  { topic: "a", partition: 0, topicId: "../x" },
])("%j names no log", async (id) => {
  const engine = await openFileEngine(folder);
  await expect(engine.open(id, logConfig())).rejects.toMatchObject({ code: "INVALID_PARTITION" });
  await engine.close();
});
