import { openFileEngine } from "@letterpress/log";
import { expect, test } from "vitest";
import { logConfigOf, resolveTopicConfig } from "../config/topic-config.ts";
import { batchOf, TestFolder } from "../testing/test-broker.ts";
import type { MetadataLog } from "./metadata-log.ts";
import { encodeMetadata, type MetadataRecord } from "./metadata-record.ts";
import { MetadataState } from "./metadata-state.ts";
import { openMetadata } from "./open-metadata.ts";
import { TopicCatalog } from "./topic-catalog.ts";

test("a deletion that a crash interrupted is finished by the next start", async () => {
  await using folder = await TestFolder.make();
  const broker = await folder.start();
  await broker.createTopic({ name: "t", partitions: 3 });
  await broker.partition("t", 0)!.append(batchOf(["old"]), { acks: -1 });
  await broker.close();

  // The tombstone is durable, but the logs are still there.
  const engine = await openFileEngine(folder.path);
  const metadata = await openMetadata(engine, "commit");
  await metadata.write({ kind: "topic", name: "t", topic: null }, null);
  expect((await engine.list()).filter(({ topic }) => topic === "t")).toHaveLength(3);
  await metadata.close();
  await engine.close();

  await (await folder.start()).close();
  const after = await openFileEngine(folder.path);
  expect((await after.list()).filter(({ topic }) => topic === "t")).toEqual([]);
  await after.close();
});

test("concurrent creations of one name make one topic", async () => {
  await using folder = await TestFolder.make();
  await using broker = await folder.start();
  const results = await Promise.allSettled(
    Array.from({ length: 5 }, () => broker.createTopic({ name: "once", partitions: 2 })),
  );
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect(broker.topics.get("once")!.partitions).toBe(2);
});

test("a changed configuration reaches open logs, and survives a restart", async () => {
  await using folder = await TestFolder.make();
  let broker = await folder.start();
  await broker.createTopic({ name: "t", partitions: 1 });
  await broker.topics.configure("t", () => ({ "max.message.bytes": "100" }));
  const large = () => broker.partition("t", 0)!.append(batchOf(["x".repeat(200)]), { acks: -1 });
  await expect(large()).rejects.toMatchObject({ code: "MESSAGE_TOO_LARGE" });
  await broker.close();
  broker = await folder.start();
  await expect(large()).rejects.toMatchObject({ code: "MESSAGE_TOO_LARGE" });
  await broker.close();
});

test("a topic's defaults come from the broker's configuration", () => {
  const config = resolveTopicConfig(
    { "retention.bytes": "7", "delete.retention.ms": "9", "min.cleanable.dirty.ratio": "0.25" },
    { "log.retention.ms": "5", "log.cleanup.policy": "compact", "log.cleaner.min.compaction.lag.ms": "3" },
  );
  expect(logConfigOf(config, "os")).toMatchObject({
    retentionMs: 5,
    retentionBytes: 7,
    cleanupPolicy: { delete: false, compact: true },
    deleteRetentionMs: 9,
    minCompactionLagMs: 3,
    minCleanableDirtyRatio: 0.25,
    flush: "os",
  });
  expect(() => resolveTopicConfig({ "min.cleanable.dirty.ratio": "1.5" }, {})).toThrow("above 1");
});

test("state logs of the server are internal topics that survive a restart", async () => {
  await using folder = await TestFolder.make();
  const state = () => {
    const seen: string[] = [];
    return { seen, apply: ({ key }: { key: Buffer }) => void seen.push(String(key)), liveEntries: () => [] };
  };
  let broker = await folder.start();
  const log = await broker.openStateLog("_schemas", state());
  await log.append([{ key: Buffer.from("k"), value: Buffer.from("v") }]);
  expect(broker.topics.get("_schemas")).toMatchObject({ isInternal: true, partitions: 1 });
  await broker.close();
  broker = await folder.start();
  const replayed = state();
  await broker.openStateLog("_schemas", replayed);
  expect(replayed.seen).toEqual(["k"]);
  await broker.close();
});

test("a topic that was stored without a replication factor has the default, and can be changed", async () => {
  const state = new MetadataState();
  // As a broker that is alone stores it, and brokers of a cluster did before topics had factors of their own.
  const old = { id: "i", partitions: 1, replicationFactor: 2, isInternal: false, overrides: {} };
  state.topics.set("old", old);
  const written: MetadataRecord[] = [];
  const metadata: MetadataLog = {
    state,
    isShared: true,
    async write(record, before) {
      // The controller compares what is stored byte by byte.
      const stored = { kind: "topic", name: "old", topic: state.topics.get("old")! } as const;
      expect(encodeMetadata(before!)).toEqual(encodeMetadata(stored));
      written.push(record);
      if (record.kind === "topic") state.topics.set(record.name, record.topic!);
    },
  };
  const checked: number[][] = [];
  const check = async (...asked: number[]): Promise<void> => void checked.push(asked);
  const catalog = new TopicCatalog(metadata, {}, { replicationDefault: 5, check });
  expect(catalog.get("old")!.replicationFactor).toBe(5);
  await catalog.configure("old", () => ({ "retention.ms": "1" }));
  await catalog.addPartitions("old", 4);
  expect(checked).toEqual([[3, 5]]);
  expect(written.at(-1)).toMatchObject({ topic: { partitions: 4, replicas: 5 } });
});
