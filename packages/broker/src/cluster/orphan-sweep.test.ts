import { type LogEngine, logConfig, openMemoryEngine, type PartitionId } from "@letterpress/log";
import { afterEach, beforeEach, expect, test } from "vitest";
import { SILENT_LOGGER } from "../logger.ts";
import { OrphanSweep } from "./orphan-sweep.ts";

const partition = (digit: number, index = 0): PartitionId => ({
  topic: `topic-${digit}`,
  topicId: `00000000-0000-4000-8000-00000000000${digit}`,
  partition: index,
});
let engine: LogEngine;
let known: Set<string>;
let member: { isController: boolean };
let orphans: OrphanSweep;

beforeEach(async () => {
  engine = openMemoryEngine();
  known = new Set([partition(1).topicId]);
  member = { isController: true };
  const logger = SILENT_LOGGER;
  orphans = new OrphanSweep({ engine, member, logger, isKnown: (id) => known.has(id), intervalMs: 1 << 30 });
  for (const id of [partition(1), partition(2), partition(2, 1)])
    await (await engine.open(id, logConfig())).close();
});
afterEach(async () => {
  await orphans.close();
  await engine.close();
});

const topics = async () => [...new Set((await engine.list()).map(({ topic }) => topic))].sort();

test("logs whose topic nobody knows go the second time, all others stay", async () => {
  await orphans.sweep();
  expect(await topics()).toEqual(["topic-1", "topic-2"]);
  await orphans.sweep();
  expect(await topics()).toEqual(["topic-1"]);
  await orphans.sweep();
  expect(await topics()).toEqual(["topic-1"]);
});

test("a topic that is heard of between two looks keeps its logs", async () => {
  await orphans.sweep();
  known.add(partition(2).topicId);
  await orphans.sweep();
  known.delete(partition(2).topicId);
  await orphans.sweep();
  expect(await topics()).toEqual(["topic-1", "topic-2"]);
});

test("only the controller deletes, and only what it has seen as the controller before", async () => {
  await orphans.sweep();
  member.isController = false;
  await orphans.sweep();
  member.isController = true;
  await orphans.sweep();
  expect(await topics()).toEqual(["topic-1", "topic-2"]);
  await orphans.sweep();
  expect(await topics()).toEqual(["topic-1"]);
});

test("leadership that is lost in the middle of a look ends it", async () => {
  await orphans.sweep();
  const { list } = engine;
  engine.list = async () => {
    const found = await list.call(engine);
    member.isController = false;
    return found;
  };
  await orphans.sweep();
  expect((await list.call(engine)).map(({ topic }) => topic)).toContain("topic-2");
});
