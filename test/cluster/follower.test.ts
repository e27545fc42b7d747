import { type JetStreamEngine, openJetStreamEngine } from "@letterpress/cluster";
import { logConfig, type PartitionLog, StateLog } from "@letterpress/log";
import { batchOf, partitionOf, readAll } from "@letterpress/log/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { waitFor } from "../support/wait-for.ts";
import { findNatsServer } from "./find-nats-server.ts";
import { NatsCluster } from "./nats-cluster.ts";

const found = findNatsServer();

describe.skipIf(found.path === undefined)("a log that another broker leads", () => {
  let cluster: NatsCluster;
  let leaderEngine: JetStreamEngine;
  let followerEngine: JetStreamEngine;
  let topics = 0;
  const nextId = () => partitionOf(`t${topics++}`);
  const config = logConfig({ segmentBytes: 400 });

  beforeAll(async () => {
    cluster = await NatsCluster.start(found.path!, 1);
    leaderEngine = await openJetStreamEngine({ servers: cluster.urls, replicas: 1 });
    followerEngine = await openJetStreamEngine({ servers: cluster.urls, replicas: 1 });
  });
  afterAll(async () => {
    await followerEngine?.close();
    await leaderEngine?.close();
    await cluster?.[Symbol.asyncDispose]();
  });

  const caughtUp = (follower: PartitionLog, leader: PartitionLog) =>
    waitFor("the follower to catch up", () => follower.highWatermark === leader.highWatermark);

  test("is read while it grows, across leaders, and not written", async () => {
    const id = nextId();
    const leader = await leaderEngine.open(id, config);
    await leader.append(batchOf(["a", "b"]));
    const follower = await followerEngine.openFollower(id);
    await caughtUp(follower, leader);
    await leader.append(batchOf(["c"]));
    await leader.close();
    const next = await leaderEngine.open(id, config);
    await next.append(batchOf(["d"]));
    await caughtUp(follower, next);
    expect((await readAll(follower)).map(({ value }) => value)).toEqual(["a", "b", "c", "d"]);
    expect(follower.leaderEpoch).toBe(next.leaderEpoch);
    await expect(follower.append(batchOf(["e"]))).rejects.toMatchObject({ code: "NOT_LEADER" });
  });

  test("is followed over what its leader trims", async () => {
    const id = nextId();
    const leader = await leaderEngine.open(id, config);
    const follower = await followerEngine.openFollower(id);
    for (let round = 0; round < 20; round++) {
      await leader.append(batchOf([`${round}`]));
      if (round % 3 === 2) await leader.trim(leader.highWatermark - 1n);
    }
    await caughtUp(follower, leader);
    await waitFor("the start to follow", () => follower.startOffset === leader.startOffset);
    expect(await readAll(follower)).toEqual(await readAll(leader));
  });

  test("keeps a state up to date", async () => {
    const id = nextId();
    const leader = await leaderEngine.open(id, config);
    const follower = await followerEngine.openFollower(id);
    const seen: string[] = [];
    const machine = {
      apply: ({ key }: { readonly key: Buffer }) => void seen.push(key.toString()),
      liveEntries: () => [],
    };
    const following = await StateLog.open(follower, machine, { mayCompact: () => false });
    const state = await StateLog.open(leader, { apply: () => {}, liveEntries: () => [] });
    const last = await state.append([{ key: Buffer.from("k"), value: Buffer.from("v") }]);
    await waitFor("the state to follow", () => following.appliedEnd === last + 1n);
    expect(seen).toEqual(["k"]);
    await following.close();
    await state.close();
  });

  test("a later epoch shuts an earlier one out, at its first append and when it opens again", async () => {
    const id = nextId();
    const zombie = await leaderEngine.open(id, config, 4);
    await zombie.append(batchOf(["before"]));
    const leader = await followerEngine.open(id, config, 5);
    expect([zombie.leaderEpoch, leader.leaderEpoch]).toEqual([4, 5]);
    const appends = Array.from({ length: 40 }, (_, index) => zombie.append(batchOf([`zombie ${index}`])));
    const own = Array.from({ length: 40 }, (_, index) => leader.append(batchOf([`leader ${index}`])));
    for (const append of appends) await expect(append).rejects.toMatchObject({ code: "NOT_LEADER" });
    await Promise.all(own);
    await expect(zombie.read(0n, 1)).rejects.toMatchObject({ code: "NOT_LEADER" });
    const values = (await readAll(leader)).map(({ value }) => value);
    expect(values).toEqual(["before", ...own.map((_, index) => `leader ${index}`)]);
    await zombie.close();
    await expect(leaderEngine.open(id, config, 4)).rejects.toMatchObject({ code: "NOT_LEADER" });
    await leader.append(batchOf(["after"]));
    expect(leader.endOffsetForEpoch(4)).toEqual({ epoch: 4, endOffset: 1n });
  });
});
