import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { openJetStreamEngine } from "@letterpress/cluster";
import { type LogEngine, logConfig, type PartitionId, type PartitionLog } from "@letterpress/log";
import { batchOf, keyedBatch, keyedRecords, partitionOf, readAll } from "@letterpress/log/testing";
import { connect } from "nats";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { waitFor } from "../support/wait-for.ts";
import { findNatsServer } from "./find-nats-server.ts";
import { NatsCluster } from "./nats-cluster.ts";

const found = findNatsServer();
const STORE_BYTES = 6 * 1024 * 1024;
const LARGE = 500_000;

describe.skipIf(found.path === undefined)("a log in trouble", () => {
  let cluster: NatsCluster;
  let engine: LogEngine;
  let settingsFile = "";

  beforeAll(async () => {
    cluster = await NatsCluster.startWith(found.path!, 1, ({ name, own, store }) => {
      settingsFile = join(dirname(store), "settings.conf");
      writeFileSync(settingsFile, "max_payload: 1MB");
      return `server_name: ${name}
listen: "127.0.0.1:${own.client}"
http: "127.0.0.1:${own.monitor}"
jetstream { store_dir: ${JSON.stringify(store)}, max_file_store: ${STORE_BYTES} }
include settings.conf
`;
    });
    engine = await openJetStreamEngine({ servers: cluster.urls, replicas: 1 });
  });
  afterAll(async () => {
    await engine?.close();
    await cluster?.[Symbol.asyncDispose]();
  });

  const large = () => batchOf(["x".repeat(LARGE)]);

  async function reopened(log: PartitionLog, id: PartitionId): Promise<PartitionLog> {
    await log.close();
    return engine.open(id, logConfig());
  }

  test("messages that no log has written change nothing", { timeout: 30_000 }, async () => {
    const id = partitionOf("foreign");
    const subject = `k.${id.topicId}.${id.partition}`;
    let log = await engine.open(id, logConfig({ segmentBytes: 200 }));
    const stranger = await connect({ servers: cluster.urls });
    const expected: string[] = [];
    for (let round = 0; round < 5; round++) {
      // Each takes the place that an append under way expects.
      const appends = Array.from({ length: 20 }, (_, index) => {
        expected.push(`${round}/${index}`);
        if (index % 5 === 0) stranger.publish(subject, "what is this?");
        return log.append(batchOf([`${round}/${index}`]));
      });
      await Promise.all(appends);
      expect((await readAll(log)).map(({ value }) => value)).toEqual(expected);
      log = await reopened(log, id);
      expect((await readAll(log)).map(({ value }) => value)).toEqual(expected);
    }
    stranger.publish(subject, "and this?");
    await stranger.flush();
    await log.trim(50n);
    log = await reopened(log, id);
    expect((await readAll(log)).map(({ value }) => value)).toEqual(expected.slice(50));
    await stranger.close();
    await engine.delete(id);
  });

  test("a full store is told, and the log goes on when there is room again", {
    timeout: 90_000,
  }, async () => {
    const ballast = partitionOf("ballast");
    const id = partitionOf("full");
    const other = await engine.open(ballast, logConfig());
    const log = await engine.open(id, logConfig());
    for (let index = 0; index < 5; index++) await other.append(large());
    await log.append(batchOf(["before"]));
    let failure: unknown;
    while (failure === undefined)
      failure = await other.append(large()).then(
        () => undefined,
        (error) => error,
      );
    expect(failure).toMatchObject({ code: "NOT_ENOUGH_REPLICAS" });
    expect(String(failure)).toContain("insufficient");
    expect((await readAll(log)).map(({ value }) => value)).toEqual(["before"]);
    await engine.delete(ballast);
    await waitFor("an append", () =>
      log.append(batchOf(["after"])).then(
        () => true,
        () => false,
      ),
    );
    expect((await readAll(log)).at(-1)).toMatchObject({ value: "after" });
    await engine.delete(id);
  });

  test("a log that cannot be compacted for want of room stays as it is", { timeout: 90_000 }, async () => {
    const id = partitionOf("cramped");
    const config = logConfig({ segmentBytes: LARGE * 2, cleanupPolicy: { delete: false, compact: true } });
    const log = await engine.open(id, config);
    // More than half of the store is taken: there is no room for what is left of it beside it.
    for (let key = 0; key < 8; key++)
      await log.append(keyedBatch([{ key: `k${key}`, value: "x".repeat(LARGE) }]));
    await expect(log.enforceRetention(Date.now())).rejects.toMatchObject({ code: "NOT_ENOUGH_REPLICAS" });
    expect(await keyedRecords(log)).toHaveLength(8);
    await log.trim(6n);
    await log.append(keyedBatch([{ key: "k6", value: "x".repeat(LARGE) }]));
    await waitFor("the attempt to be removed", async () => {
      return [...(await cluster.leaders()).keys()].every((name) => !name.startsWith("C_"));
    });
    expect((await keyedRecords(log)).map(({ key }) => key)).toEqual(["k6", "k7", "k6"]);
    await engine.delete(id);
  });

  test("a server that takes less than before refuses what is larger, and takes the rest", {
    timeout: 60_000,
  }, async () => {
    const id = partitionOf("shrunk");
    let log = await engine.open(id, logConfig());
    await log.append(large());
    await cluster.servers[0]!.kill();
    // Under way while nobody is there to take it.
    const caught = log.append(large()).then(
      () => undefined,
      (error: unknown) => error,
    );
    writeFileSync(settingsFile, "max_payload: 100KB");
    await cluster.servers[0]!.start();
    expect(await caught).toMatchObject({ code: "BATCH_TOO_LARGE" });
    await expect(log.append(batchOf(["small"]))).rejects.toMatchObject({ code: "BATCH_TOO_LARGE" });
    log = await reopened(log, id);
    await expect(log.append(large())).rejects.toMatchObject({ code: "BATCH_TOO_LARGE" });
    await log.append(batchOf(["small"]));
    const values = (await readAll(log)).map(({ value }) => value);
    expect(values).toEqual(["x".repeat(LARGE), "small"]);
    await engine.delete(id);
  });
});
