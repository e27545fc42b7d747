import { openJetStreamEngine } from "@letterpress/cluster";
import { type LogEngine, logConfig } from "@letterpress/log";
import { batchOf, partitionOf, readAll } from "@letterpress/log/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findNatsServer } from "./find-nats-server.ts";
import { NatsCluster } from "./nats-cluster.ts";

const found = findNatsServer();

describe.skipIf(found.path === undefined)("a log that two engines open", () => {
  let cluster: NatsCluster;
  let first: LogEngine;
  let second: LogEngine;
  const id = partitionOf("contended");
  const config = logConfig({ segmentBytes: 400 });

  beforeAll(async () => {
    cluster = await NatsCluster.start(found.path!, 1);
    first = await openJetStreamEngine({ servers: cluster.urls, replicas: 1 });
    second = await openJetStreamEngine({ servers: cluster.urls, replicas: 1 });
  });
  afterAll(async () => {
    await second?.close();
    await first?.close();
    await cluster?.[Symbol.asyncDispose]();
  });

  test("a later epoch shuts an earlier one out, at its first append and when it opens again", async () => {
    const zombie = await first.open(id, config, 4);
    await zombie.append(batchOf(["before"]));
    const leader = await second.open(id, config, 5);
    expect([zombie.leaderEpoch, leader.leaderEpoch]).toEqual([4, 5]);
    const appends = Array.from({ length: 40 }, (_, index) => zombie.append(batchOf([`zombie ${index}`])));
    const own = Array.from({ length: 40 }, (_, index) => leader.append(batchOf([`leader ${index}`])));
    for (const append of appends) await expect(append).rejects.toMatchObject({ code: "NOT_LEADER" });
    await Promise.all(own);
    await expect(zombie.read(0n, 1)).rejects.toMatchObject({ code: "NOT_LEADER" });
    const values = (await readAll(leader)).map(({ value }) => value);
    expect(values).toEqual(["before", ...own.map((_, index) => `leader ${index}`)]);
    await zombie.close();
    await expect(first.open(id, config, 4)).rejects.toMatchObject({ code: "NOT_LEADER" });
    await leader.append(batchOf(["after"]));
    expect(leader.endOffsetForEpoch(4)).toEqual({ epoch: 4, endOffset: 1n });
  });
});
