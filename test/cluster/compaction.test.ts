import { openJetStreamEngine } from "@letterpress/cluster";
import { type LogEngine, type LogError, logConfig, type PartitionLog } from "@letterpress/log";
import {
  type KeyedRecord,
  keyedBatch,
  keyedRecords,
  partitionOf,
  Random,
  stateOf,
} from "@letterpress/log/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { waitFor } from "../support/wait-for.ts";
import { findNatsServer } from "./find-nats-server.ts";
import { NatsCluster } from "./nats-cluster.ts";

const found = findNatsServer();
const ROUNDS = 6;
const KEYS = 20;
const BATCHES = 400;
const LATER_MS = 1_000_000;
const CONFIG = logConfig({
  segmentBytes: 4_000,
  cleanupPolicy: { delete: false, compact: true },
  deleteRetentionMs: 1_000,
});
/** What a leader may be told that is not one any more, or has lost the servers for a while. */
const EXPECTED: ReadonlySet<string> = new Set(["NOT_LEADER", "NOT_ENOUGH_REPLICAS", "TIMED_OUT"]);

describe.skipIf(found.path === undefined)("compaction on three servers", () => {
  let cluster: NatsCluster;
  let engines: [LogEngine, LogEngine];

  beforeAll(async () => {
    cluster = await NatsCluster.start(found.path!, 3);
    const open = () => openJetStreamEngine({ servers: cluster.urls, replicas: 3 });
    engines = [await open(), await open()];
  });
  afterAll(async () => {
    await Promise.all((engines ?? []).map((engine) => engine.close()));
    await cluster?.[Symbol.asyncDispose]();
  });

  /** Appends records of random keys; returns them with their offsets. */
  async function fill(log: PartitionLog, random: Random): Promise<KeyedRecord[]> {
    const written = Array.from({ length: BATCHES }, async (_, index) => {
      const key = `k${random.below(KEYS)}`;
      const value = random.chance(0.1) ? null : `${log.leaderEpoch}/${index}`;
      const { baseOffset } = await log.append(keyedBatch([{ key, value }]));
      return { key, value, offset: Number(baseOffset) };
    });
    return Promise.all(written);
  }

  /** All records, as soon as a server serves them. */
  async function recordsWhenServed(log: PartitionLog): Promise<KeyedRecord[]> {
    let records: KeyedRecord[] = [];
    await waitFor("the log to be served", async () => {
      try {
        records = await keyedRecords(log);
        return true;
      } catch (error) {
        if ((error as LogError).code !== "TIMED_OUT") throw error;
        return false;
      }
    });
    return records;
  }

  /** The streams of compacted fronts, as the servers tell; one that lags tells of some that are deleted. */
  async function cleanedStreams(): Promise<{ readonly name: string; readonly replicas: number }[]> {
    const pages = await Promise.all(
      cluster.servers.map((server) => server.monitor("/jsz?streams=1&config=1")),
    );
    const streams = pages.flatMap((page) => {
      const accounts = (page?.account_details ?? []) as { stream_detail?: StreamDetail[] }[];
      return accounts.flatMap(({ stream_detail = [] }) => stream_detail);
    });
    const unique = new Map(
      streams.map(({ name, config }) => [name, { name, replicas: config.num_replicas }]),
    );
    return [...unique.values()].filter(({ name }) => name.startsWith("C_"));
  }

  test(`a leader that is deposed while it compacts changes nothing any more, ${ROUNDS} times`, {
    timeout: 120_000,
  }, async () => {
    const id = partitionOf("deposed");
    const random = new Random(1);
    const written: KeyedRecord[] = [];
    let zombie = await engines[0].open(id, CONFIG);
    for (let round = 1; round <= ROUNDS; round++) {
      written.push(...(await fill(zombie, random)));
      const compaction = zombie.enforceRetention(LATER_MS).catch((error: unknown) => error);
      // The successor comes at another point of the compaction each time.
      const reads = random.below(8);
      for (let read = 0; read < reads; read++) await zombie.read(0n, 1_000).catch(() => {});
      const leader = await engines[round % 2]!.open(id, CONFIG);
      written.push(...(await fill(leader, random)));
      const outcome = await compaction;
      if (outcome instanceof Error) expect(EXPECTED).toContain((outcome as LogError).code);
      await zombie.close();
      expect(stateOf(await keyedRecords(leader))).toEqual(stateOf(written));
      expect(await leader.enforceRetention(LATER_MS)).toBeGreaterThan(0);
      const left = await keyedRecords(leader);
      expect(stateOf(left)).toEqual(stateOf(written));
      for (const record of left) expect(written[record.offset]).toEqual(record);
      zombie = leader;
    }
    await waitFor("one compacted front to be left", async () => (await cleanedStreams()).length === 1);
    expect(await cleanedStreams()).toMatchObject([{ replicas: 3 }]);
    await zombie.close();
    await engines[0].delete(id);
    expect(await engines[0].list()).toEqual([]);
    await waitFor("the streams to be gone", async () => (await cleanedStreams()).length === 0);
  });

  test("a server that is killed in the middle costs nothing but time", { timeout: 120_000 }, async () => {
    const id = partitionOf("killed");
    const random = new Random(2);
    let log = await engines[0].open(id, CONFIG);
    const written: KeyedRecord[] = [];
    for (const server of cluster.servers.slice(0, 2)) {
      written.push(...(await fill(log, random)));
      const compaction = log.enforceRetention(LATER_MS).catch((error: unknown) => error);
      await server.kill();
      const outcome = await compaction;
      if (outcome instanceof Error) expect(EXPECTED).toContain((outcome as LogError).code);
      await server.start();
      await cluster.ready();
      expect(stateOf(await recordsWhenServed(log))).toEqual(stateOf(written));
      await log.close();
      await waitFor("the log to be taken over", async () => {
        const opened = await engines[0].open(id, CONFIG).catch((error: unknown) => error);
        if (opened instanceof Error) return false;
        log = opened as PartitionLog;
        return true;
      });
      expect(stateOf(await recordsWhenServed(log))).toEqual(stateOf(written));
    }
    await waitFor("a run of retention that servers carry out", async () => {
      const outcome = await log.enforceRetention(LATER_MS).catch((error: unknown) => error);
      if (outcome instanceof Error) expect(EXPECTED).toContain((outcome as LogError).code);
      return !(outcome instanceof Error);
    });
    expect(stateOf(await recordsWhenServed(log))).toEqual(stateOf(written));
    await waitFor("one compacted front to be left", async () => (await cleanedStreams()).length === 1);
  });
});

interface StreamDetail {
  readonly name: string;
  readonly config: { readonly num_replicas: number };
}
