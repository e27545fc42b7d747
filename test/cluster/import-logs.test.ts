import { randomUUID } from "node:crypto";
import {
  type ImportOptions,
  type ImportPhase,
  type ImportProgress,
  type ImportReport,
  type ImportSource,
  importLogs,
  openJetStreamEngine,
  type Replicas,
} from "@letterpress/cluster";
import {
  type LogEngine,
  logConfig,
  openMemoryEngine,
  type PartitionId,
  type PartitionLog,
} from "@letterpress/log";
import { batchOf, keyedBatch, keyedRecords, partitionOf, Random, stateOf } from "@letterpress/log/testing";
import { encodeRecordBatch } from "@letterpress/wire";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { findNatsServer } from "./find-nats-server.ts";
import { contentsOf } from "./log-contents.ts";
import { NatsCluster, type NatsServer } from "./nats-cluster.ts";

const found = findNatsServer();
if (found.missing !== undefined) console.log(`imports are not tested: ${found.missing}`);

const CONFIG = logConfig({
  segmentBytes: 20_000,
  cleanupPolicy: { delete: false, compact: true },
  deleteRetentionMs: 0,
});
const METADATA = partitionOf("metadata");
const PARTITIONS = Array.from({ length: 6 }, (_, partition) => partitionOf("source", partition));
/** How an attempt ends that meets another one: overtaken, beaten to it, or not answered while both ask for room. */
const REFUSALS = ["IMPORT_UNFINISHED", "IMPORT_MISMATCH", "CLUSTER_NOT_EMPTY", "TIMED_OUT"];
const LATER_MS = 1_000_000;

/** Writes batches of several sizes, from idempotent producers and others; then some logs are compacted or trimmed. */
async function fill(log: PartitionLog, seed: number): Promise<void> {
  const random = new Random(seed);
  const next = [0, 0, 0];
  for (let count = 20 + random.below(200); count > 0; count--) {
    const producer = random.below(4) - 1;
    const records = Array.from({ length: 1 + random.below(5) }, () => ({
      key: Buffer.from(`k${random.below(20)}`),
      value: Buffer.alloc(random.below(random.chance(0.1) ? 60_000 : 300), "v"),
      timestampMs: count,
    }));
    const compression = random.chance(0.3) ? "gzip" : "none";
    const baseSequence = next[producer] ?? 0;
    const idempotence = { producerId: BigInt(producer), producerEpoch: 0, baseSequence };
    if (producer >= 0) next[producer] = baseSequence + records.length;
    await log.append(encodeRecordBatch(records, { compression, ...(producer < 0 ? {} : idempotence) }));
  }
  if (seed % 3 === 0) await log.enforceRetention(LATER_MS);
  if (seed % 2 === 0) await log.trim(log.endOffset / 3n);
}

describe.skipIf(found.path === undefined).each([1, 3] as const)(
  "logs imported into %i nats-server(s)",
  (count) => {
    const replicas: Replicas = count;
    let nats: NatsCluster;
    let engine: LogEngine;
    let logs: PartitionLog[];
    let origin: ImportOptions["origin"];

    beforeAll(async () => {
      nats = await NatsCluster.start(found.path!, count);
      engine = openMemoryEngine();
      logs = await Promise.all(PARTITIONS.map((id) => engine.open(id, CONFIG)));
      await Promise.all(logs.map((log, index) => (index === 0 ? undefined : fill(log, index))));
    });
    afterAll(async () => {
      await engine?.close();
      await nats?.[Symbol.asyncDispose]();
    });
    beforeEach(() => {
      origin = { id: randomUUID(), name: "the folder" };
    });
    afterEach(async () => {
      await run({ isRestart: true, origin: { id: "cleaner", name: "cleaner" }, sources: [] }).catch(() => {});
      const cleaner = await openJetStreamEngine({ servers: nats.urls, replicas });
      for (const id of await cleaner.list()) await cleaner.delete(id);
      await cleaner.close();
    });

    function run(changes: Partial<ImportOptions> = {}): Promise<ImportReport> {
      return importLogs({
        nats: { servers: nats.urls },
        replicas,
        origin,
        sources: PARTITIONS.map((id, index) => ({ id, log: logs[index]! })),
        metadataId: METADATA,
        metadata: [{ key: Buffer.from("key"), value: Buffer.from("value") }],
        ...changes,
      });
    }

    async function expectCopies(): Promise<void> {
      const copy = await openJetStreamEngine({ servers: nats.urls, replicas });
      for (const [index, id] of PARTITIONS.entries()) {
        const log = await copy.open(id, CONFIG);
        expect(log.leaderEpoch).toBe(1);
        expect(await contentsOf(log)).toEqual(await contentsOf(logs[index]!));
      }
      await copy.close();
    }

    /** Stops an import after so many reports of its progress in a phase. */
    async function stopped(phase: ImportPhase, after: number): Promise<void> {
      const controller = new AbortController();
      let reports = 0;
      const onProgress = (progress: ImportProgress): void => {
        if (progress.phase === phase && ++reports === after) controller.abort(new Error("stopped"));
      };
      await expect(run({ signal: controller.signal, onProgress })).rejects.toThrow("stopped");
    }

    test("are the same to every reader: bytes, offsets, start, end and producers", async () => {
      const report = await run();
      expect(report).toMatchObject({ partitions: PARTITIONS.length, copiedBytes: report.bytes });
      expect(report.records).toBeGreaterThan(0);
      await expectCopies();
    });

    test("are gone on with where an import was stopped, and nothing is copied twice", async () => {
      await stopped("copying", 20);
      await expect(openPartition(METADATA)).rejects.toMatchObject({ code: "NOT_LEADER" });
      console.log("second");
      await stopped("copying", 100);
      await stopped("verifying", 10);
      const report = await run();
      expect(report.copiedBytes).toBeLessThan(report.bytes);
      await expectCopies();
    });

    test("are those of one import at a time", async () => {
      await stopped("copying", 20);
      const other = { id: randomUUID(), name: "another folder" };
      await expect(run({ origin: other })).rejects.toMatchObject({
        code: "IMPORT_UNFINISHED",
        message: expect.stringContaining("the folder is being imported"),
      });
      await run({ origin: other, isRestart: true });
      await expectCopies();
      for (const again of [origin, other]) {
        await expect(run({ origin: again, isRestart: true })).rejects.toMatchObject({
          code: "CLUSTER_NOT_EMPTY",
        });
      }
    });

    if (count === 3) {
      test("are the same when a NATS server is lost meanwhile", async () => {
        const [lost] = nats.servers as readonly [NatsServer];
        let killing: Promise<void> | undefined;
        const report = await run({
          onProgress({ phase, bytes, bytesTotal }) {
            if (phase === "copying" && bytes > bytesTotal / 10) killing ??= lost.kill();
          },
        });
        await killing;
        expect(report.copiedBytes).toBe(report.bytes);
        await lost.start();
        await nats.ready();
        await expectCopies();
      }, 90_000);
    } else {
      test("go on like any other: with appends, compaction, deletion and another leader", async () => {
        await run();
        for (const [index, id] of PARTITIONS.entries()) {
          const original = await keyedRecords(logs[index]!);
          let leading = await openJetStreamEngine({ servers: nats.urls, replicas });
          let log = await leading.open(id, CONFIG);
          await log.append(keyedBatch([{ key: "new", value: "value" }]));
          const before = await keyedRecords(log);
          expect(before.slice(0, -1)).toEqual(original);
          await log.enforceRetention(LATER_MS);
          await leading.close();
          leading = await openJetStreamEngine({ servers: nats.urls, replicas });
          log = await leading.open(id, CONFIG);
          expect(stateOf(await keyedRecords(log))).toEqual(stateOf(before));
          await log.trim(log.endOffset - 1n);
          expect(await keyedRecords(log)).toEqual(before.slice(-1));
          await leading.close();
        }
      });

      test("are the same when two attempts meet", async () => {
        const attempts = await Promise.allSettled([run(), run()]);
        for (const attempt of attempts) {
          if (attempt.status === "rejected") expect(REFUSALS).toContain(attempt.reason.code);
        }
        if (attempts.every(({ status }) => status === "rejected")) await run();
        await expectCopies();
      });
    }

    test("are refused where logs are already", async () => {
      await (await openPartition(partitionOf("other"))).close();
      await expect(run()).rejects.toMatchObject({ code: "CLUSTER_NOT_EMPTY" });
    });

    test("are found to differ from a copy that belongs to other logs", async () => {
      await stopped("verifying", 1);
      const changed = await engine.open(partitionOf("changed"), CONFIG);
      await fill(changed, 99);
      const sources = PARTITIONS.map((id, index) => ({ id, log: index === 3 ? changed : logs[index]! }));
      await expect(run({ sources })).rejects.toMatchObject({ code: "IMPORT_MISMATCH" });
      await engine.delete(partitionOf("changed"));
    });

    async function openPartition(id: PartitionId): Promise<PartitionLog> {
      await using opened = await openJetStreamEngine({ servers: nats.urls, replicas }).then((each) => ({
        engine: each,
        [Symbol.asyncDispose]: () => each.close(),
      }));
      return await opened.engine.open(id, CONFIG);
    }
  },
);

test.skipIf(found.path === undefined)(
  "an account that is too small is named before anything is stored",
  async () => {
    const limited = (limits: string) =>
      `accounts { A { jetstream: { ${limits} }, users: [{ user: a, password: b }] } }`;
    const engine = openMemoryEngine();
    const sources: ImportSource[] = [];
    for (const id of PARTITIONS.slice(0, 3)) {
      const log = await engine.open(id, CONFIG);
      await log.append(batchOf(["v".repeat(400_000)]));
      sources.push({ id, log });
    }
    for (const [limits, message] of [
      [
        "max_file: 1MB",
        /takes about 12\d{5} bytes more, and the NATS account has used \d+ of at most 1048576;/,
      ],
      ["max_file: 10MB, max_streams: 3", /leaves no room for 4 more; raise its max_streams/],
    ] as const) {
      await using nats = await NatsCluster.start(found.path!, 1, limited(limits));
      const access = { servers: nats.urls, user: "a", password: "b" };
      const options = { nats: access, origin: { id: "1", name: "the folder" }, metadataId: METADATA };
      await expect(importLogs({ ...options, replicas: 1, sources, metadata: [] })).rejects.toMatchObject({
        code: "NATS_LIMIT",
        message: expect.stringMatching(message),
      });
    }
    await engine.close();
  },
);

test.skipIf(found.path === undefined)(
  "batches that do not fit a message are named before anything is stored",
  async () => {
    await using nats = await NatsCluster.start(found.path!, 1, "max_payload: 100000");
    const engine = openMemoryEngine();
    const id = partitionOf("large");
    const log = await engine.open(id, CONFIG);
    for (const size of [10, 97_000, 10, 200_000]) await log.append(batchOf(["v".repeat(size)]));
    const options = {
      nats: { servers: nats.urls },
      origin: { id: "1", name: "the folder" },
      metadataId: METADATA,
    };
    const running = importLogs({ ...options, replicas: 1, sources: [{ id, log }], metadata: [] });
    await expect(running).rejects.toMatchObject({
      code: "NATS_LIMIT",
      message: expect.stringMatching(
        /large-0 at offset 1 \(.*large-0 at offset 3 \(.*set max_payload to 204/,
      ),
    });
    const copy = await openJetStreamEngine({ servers: nats.urls, replicas: 1 });
    expect(await copy.list()).toEqual([]);
    await copy.close();
    await engine.close();
  },
);
