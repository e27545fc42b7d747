import { logConfig, openMemoryEngine } from "@letterpress/log";
import { partitionOf } from "@letterpress/log/testing";
import { encodeRecordBatch } from "@letterpress/wire";
import { expect, test } from "vitest";
import { encodeOffsets } from "../groups/offsets-record.ts";
import { decodeMetadata } from "../topics/metadata-record.ts";
import { openMetadata } from "../topics/open-metadata.ts";
import { countGroups, StoredBroker } from "./stored-broker.ts";

const ID = "00000000-0000-4000-8000-000000000001";

test("what a broker has stored is read back, with the replicas that its topics are to get", async () => {
  const engine = openMemoryEngine();
  const metadata = await openMetadata(engine, "os");
  const overrides = { "retention.ms": "1" };
  const orders = { id: ID, partitions: 2, isInternal: false, overrides };
  await metadata.write({ kind: "topic", name: "orders", topic: orders }, null);
  await metadata.write({ kind: "topic", name: "_state", topic: { ...orders, isInternal: true } }, null);
  await metadata.write({ kind: "topic", name: "gone", topic: orders }, null);
  await metadata.write({ kind: "topic", name: "gone", topic: null }, null);
  await metadata.write({ kind: "producer-ids", next: 3_000n }, null);
  const { clusterId } = metadata.state;
  await metadata.close();

  const stored = await StoredBroker.read(engine);
  expect(stored).toMatchObject({ clusterId, topicCount: 1 });
  expect(stored?.partitions()).toEqual([
    { topic: "orders", topicId: ID, partition: 0 },
    { topic: "orders", topicId: ID, partition: 1 },
    { topic: "_state", topicId: ID, partition: 0 },
    { topic: "_state", topicId: ID, partition: 1 },
  ]);
  expect(stored?.metadata(3).map((entry) => decodeMetadata(entry))).toEqual([
    { kind: "cluster", clusterId },
    { kind: "producer-ids", next: 3_000n },
    { kind: "topic", name: "orders", topic: { ...orders, replicas: 3 } },
    { kind: "topic", name: "_state", topic: { ...orders, replicas: 3, isInternal: true } },
  ]);
  await engine.close();
});

test("an engine that no broker has used holds none", async () => {
  const engine = openMemoryEngine();
  await (await engine.open(partitionOf("other"), logConfig())).close();
  expect(await StoredBroker.read(engine)).toBeUndefined();
  await engine.close();
});

test("groups are counted over all partitions, those that were removed left out", async () => {
  const engine = openMemoryEngine();
  const logs = await Promise.all(
    [0, 1].map((index) => engine.open(partitionOf("offsets", index), logConfig())),
  );
  const committed = {
    offset: 1n,
    leaderEpoch: -1,
    metadata: "",
    commitTimestampMs: 1,
    expireTimestampMs: -1,
  };
  const commit = async (index: number, groupId: string, isRemoved = false): Promise<void> => {
    const value = isRemoved ? null : committed;
    const entry = encodeOffsets({ kind: "offset", groupId, topic: "t", partition: 0, committed: value });
    await logs[index]!.append(encodeRecordBatch([{ ...entry, timestampMs: 1 }]));
  };
  await commit(0, "a");
  await commit(1, "b");
  await commit(1, "c");
  await commit(1, "c", true);
  expect(await countGroups(logs)).toBe(2);
  await engine.close();
});
