import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openJetStreamEngine } from "@letterpress/cluster";
import { batchOf } from "@letterpress/log/testing";
import { describeCluster, importData, type LetterpressServer, startServer } from "@letterpress/server";
import { Kafka, logLevel } from "kafkajs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  consumeSome,
  fillServer,
  logOf,
  ORDERS_LEFT,
  PRODUCER,
  type Seen,
  see,
  startAlone,
} from "./data-folder.ts";
import { findNatsServer } from "./find-nats-server.ts";
import { NatsCluster } from "./nats-cluster.ts";

const found = findNatsServer();

describe.skipIf(found.path === undefined)("a data folder moved into a cluster", () => {
  let data: string;
  let before: Seen;
  let nats: NatsCluster;

  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), "letterpress-import-"));
    const server = await startAlone(data);
    await fillServer(server);
    before = await see([server]);
    await server.close();
  }, 60_000);
  afterAll(() => rm(data, { recursive: true, force: true }));
  beforeEach(async () => {
    nats = await NatsCluster.start(found.path!, 1);
  });
  afterEach(() => nats?.[Symbol.asyncDispose]());

  const cluster = () => ({ servers: nats.urls, replicas: 1 as const, sessionMs: 5_000 });
  const start = (nodeId: number): Promise<LetterpressServer> =>
    startServer({
      cluster: cluster(),
      nodeId,
      kafka: "127.0.0.1:0",
      http: "127.0.0.1:0",
      log: { level: "silent" },
    });

  test("is the same to clients: records, offsets, ids, configs, schemas, groups, producers", async () => {
    const summary = await importData({ data, cluster: cluster() });
    expect(summary).toMatchObject({ topics: 5, groups: 1, schemas: 2 });
    expect(summary.copiedBytes).toBe(summary.bytes);
    const brokers = [await start(1), await start(2)];
    const kafka = brokers.map((server) => server.kafka);
    try {
      for (const servers of [brokers, [...brokers].reverse()]) expect(await see(servers)).toEqual(before);
      const audit = brokers.find(({ broker }) => broker.partition("audit", 0) !== undefined)!;
      const again = await logOf(audit, "audit").append(batchOf(["sent again later"], Date.now(), PRODUCER));
      expect(again).toMatchObject({ isDuplicate: true, baseOffset: 200n });
      const left = await consumeSome(new Kafka({ brokers: kafka, logLevel: logLevel.NOTHING }), ORDERS_LEFT);
      expect(new Set(left).size).toBe(ORDERS_LEFT);
      for (const each of left) {
        const [partition, offset] = each.split("/").map(Number);
        const committed = before.committed.find(
          (own) => own.topic === "orders" && own.partition === partition,
        );
        expect(BigInt(offset!)).toBeGreaterThanOrEqual(committed?.offset ?? 0n);
      }
      await expect(importData({ data, cluster: cluster() })).rejects.toMatchObject({
        code: "CLUSTER_NOT_EMPTY",
        message: expect.stringContaining("was imported into this cluster already"),
      });
    } finally {
      for (const server of brokers) await server.close();
    }
  }, 90_000);

  test("keeps brokers out until all of it is there", async () => {
    const controller = new AbortController();
    const onProgress = ({ phase }: { readonly phase: string }): void => {
      if (phase === "verifying") controller.abort(new Error("stopped"));
    };
    const stopped = importData({ data, cluster: cluster(), signal: controller.signal, onProgress });
    await expect(stopped).rejects.toThrow("stopped");
    await expect(start(1)).rejects.toMatchObject({
      code: "IMPORT_UNFINISHED",
      message: expect.stringContaining(`data folder ${data}`),
    });
    const { problems } = await describeCluster(cluster());
    expect(problems).toEqual([expect.stringMatching(/the import of .* has not finished/)]);
    const summary = await importData({ data, cluster: cluster() });
    expect(summary.copiedBytes).toBe(0);
    const server = await start(1);
    expect(await see([server])).toEqual(before);
    expect((await describeCluster(cluster())).problems).toEqual([]);
    await server.close();
  }, 60_000);

  test("is refused while its server runs, and by a cluster that has brokers", async () => {
    const alone = await startAlone(data);
    await expect(importData({ data, cluster: cluster() })).rejects.toMatchObject({ code: "DATA_LOCKED" });
    await alone.close();
    const member = await start(1);
    await expect(importData({ data, cluster: cluster() })).rejects.toMatchObject({
      code: "CLUSTER_NOT_EMPTY",
    });
    await member.close();
  }, 60_000);

  test("has to be a data folder, and whole but for what a crash leaves at the end", async () => {
    const other = await mkdtemp(join(tmpdir(), "letterpress-import-"));
    for (const folder of [other, join(other, "missing")]) {
      await expect(importData({ data: folder, cluster: cluster() })).rejects.toMatchObject({
        code: "INVALID_CONFIG",
        message: expect.stringContaining("is no data folder"),
      });
    }
    expect(await readdir(other)).toEqual([]);
    await rm(other, { recursive: true });
    const segment = join(data, "orders-0", "00000000000000000000.log");
    const bytes = await readFile(segment);
    const damaged = Buffer.from(bytes);
    damaged[bytes.length >> 1]! ^= 1;
    await writeFile(segment, damaged);
    await expect(importData({ data, cluster: cluster() })).rejects.toMatchObject({
      code: "STORAGE_FAILED",
      message: expect.stringContaining("orders-0"),
    });
    const engine = await openJetStreamEngine({ servers: nats.urls, replicas: 1 });
    expect(await engine.list()).toEqual([]);
    await engine.close();
    // What a crash leaves behind the last whole batch is cut off, as when the server starts.
    await writeFile(segment, Buffer.concat([bytes, bytes.subarray(0, 100)]));
    await importData({ data, cluster: cluster() });
    const server = await start(1);
    expect(await see([server])).toEqual(before);
    await server.close();
  });
});
