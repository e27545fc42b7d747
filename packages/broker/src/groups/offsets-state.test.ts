import { openMemoryEngine, STATE_LOG_CONFIG, type StateEntry, StateLog } from "@letterpress/log";
import { expect, test } from "vitest";
import { GroupCoordinator } from "./group-coordinator.ts";
import type { GroupSnapshot } from "./group-types.ts";
import { type CommittedOffset, encodeOffsets } from "./offsets-record.ts";
import { OffsetsState } from "./offsets-state.ts";
import { CoordinatorDriver, NOBODY, toCommit } from "./testing/coordinator-driver.ts";
import { FakeClock } from "./testing/fake-clock.ts";

const COMMITTED: CommittedOffset = {
  offset: 42n,
  leaderEpoch: 3,
  metadata: "m",
  commitTimestampMs: 1000,
  expireTimestampMs: -1,
};

const SNAPSHOT: GroupSnapshot = {
  protocolType: "consumer",
  generationId: 5,
  protocolName: "range",
  leader: "m-1",
  stateTimestampMs: 1000,
  members: [
    {
      memberId: "m-1",
      groupInstanceId: "i",
      clientId: "c",
      clientHost: "/h",
      rebalanceTimeoutMs: 2,
      sessionTimeoutMs: 1,
      subscription: Buffer.from([1]),
      assignment: Buffer.from([2]),
    },
  ],
};

function offsetEntry(committed: CommittedOffset | null, partition = 7): StateEntry {
  return encodeOffsets({ kind: "offset", groupId: "g", topic: "t", partition, committed });
}

function stateOf(entries: Iterable<StateEntry>): OffsetsState {
  const state = new OffsetsState();
  for (const entry of entries) state.apply({ ...entry, offset: 0n, timestampMs: 0 });
  return state;
}

test("offsets are stored as Kafka stores them: key version 1, value version 3", () => {
  const { key, value } = offsetEntry(COMMITTED);
  expect(key.toString("hex")).toBe("0001" + "000167" + "000174" + "00000007");
  expect(value?.toString("hex")).toBe(
    "0003" + "000000000000002a" + "00000003" + "00016d" + "00000000000003e8",
  );
});

test("an offset with an expiry of its own is stored as value version 1", () => {
  const { value } = offsetEntry({ ...COMMITTED, leaderEpoch: -1, expireTimestampMs: 2000 });
  expect(value?.toString("hex")).toBe(
    "0001" + "000000000000002a" + "00016d" + "00000000000003e8" + "00000000000007d0",
  );
});

test("groups are stored as Kafka stores them: key version 2, value version 3", () => {
  const { key, value } = encodeOffsets({ kind: "group", groupId: "g", snapshot: SNAPSHOT });
  expect(key.toString("hex")).toBe("0002" + "000167");
  const head =
    "0003" + "0008636f6e73756d6572" + "00000005" + "000572616e6765" + "00036d2d31" + "00000000000003e8";
  const member = "00036d2d31" + "000169" + "000163" + "00022f68" + "00000002" + "00000001";
  expect(value?.toString("hex")).toBe(`${head}00000001${member}00000001010000000102`);
});

test("the state is what its entries say, and its live entries say the same", () => {
  const state = stateOf([
    offsetEntry(COMMITTED),
    offsetEntry({ ...COMMITTED, offset: 43n }),
    offsetEntry(COMMITTED, 8),
    offsetEntry(null, 8),
    encodeOffsets({ kind: "group", groupId: "g", snapshot: SNAPSHOT }),
  ]);
  for (const each of [state, stateOf(state.liveEntries())]) {
    expect(each.offsetsOf("g").get("t")?.get(7)?.offset).toBe(43n);
    expect(each.offsetsOf("g").get("t")?.has(8)).toBe(false);
    expect(each.snapshotOf("g")).toEqual(SNAPSHOT);
    expect([...each.groupIds()]).toEqual(["g"]);
  }
});

test("tombstones leave nothing behind", () => {
  const group = { kind: "group", groupId: "g" } as const;
  const state = stateOf([
    offsetEntry(COMMITTED),
    encodeOffsets({ ...group, snapshot: SNAPSHOT }),
    offsetEntry(null),
    offsetEntry(null),
    encodeOffsets({ ...group, snapshot: null }),
  ]);
  expect([...state.liveEntries()]).toEqual([]);
  expect(state.groupIds().size).toBe(0);
});

test("what this build does not know is kept as it is until its tombstone comes", () => {
  const newer = { key: Buffer.from("0003000167", "hex"), value: Buffer.from("anything") };
  const malformed = { key: Buffer.from([0]), value: Buffer.from([1]) };
  expect([...stateOf([newer, malformed]).liveEntries()]).toEqual([newer, malformed]);
  expect([...stateOf([newer, { key: newer.key, value: null }]).liveEntries()]).toEqual([]);
});

test("groups and offsets survive restarts and compaction of a real state log", async () => {
  const id = { topic: "__consumer_offsets", topicId: "00000000-0000-0000-0000-000000000001", partition: 0 };
  const log = await openMemoryEngine().open(id, STATE_LOG_CONFIG);
  const clock = new FakeClock();
  const start = async (): Promise<GroupCoordinator> => {
    const coordinator = new GroupCoordinator({ offsetsPartitions: 1, partitionExists: () => true, clock });
    await coordinator.loadPartition(0, (state) =>
      StateLog.open(log, state, { compactBytesMin: 10_000, compactFactor: 2 }),
    );
    return coordinator;
  };
  const before = await start();
  for (let offset = 0n; offset < 500n; offset++) {
    await before.offsets.commit("g", NOBODY, [toCommit("orders", 0, offset)]);
  }
  expect(log.startOffset).toBeGreaterThan(0n);
  before.close();
  const fetched = (await start()).offsets.fetch("g");
  expect(fetched.error === "NONE" && fetched.offsets.get("orders")?.get(0)?.offset).toBe(499n);
});

test("more entries than an append takes are split", async () => {
  const driver = await CoordinatorDriver.start({ partitionExists: () => true });
  const offsets = Array.from({ length: 12_000 }, (_, partition) => toCommit("orders", partition, 1n));
  const errors = await driver.coordinator.offsets.commit("g", NOBODY, offsets);
  expect(errors.every((error) => error === "NONE")).toBe(true);
  expect(driver.log.appends.map(({ length }) => length)).toEqual([5000, 5000, 2000]);
});
