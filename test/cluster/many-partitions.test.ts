import { Letterpress } from "@letterpress/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { waitFor } from "../support/wait-for.ts";
import { BrokerProcess } from "./broker-process.ts";
import { findNatsServer } from "./find-nats-server.ts";
import { NatsCluster } from "./nats-cluster.ts";

const found = findNatsServer();
const TOPIC = "many";
/** Enough to see that it works in the ordinary test run; the long run asks for 300, each on three servers. */
const PARTITIONS = Number(process.env.LETTERPRESS_MANY_PARTITIONS ?? 40);
const SERVERS = PARTITIONS >= 300 ? 3 : 1;
const START_MS_MAX = 30_000;
const NODE_IDS = [1, 2, 3];

describe.skipIf(found.path === undefined)("a cluster with many partitions", () => {
  let nats: NatsCluster;
  let brokers: BrokerProcess[] = [];
  const startAll = (): Promise<BrokerProcess[]> =>
    Promise.all(
      NODE_IDS.map((nodeId) => BrokerProcess.start({ nodeId, servers: nats.urls, replicas: SERVERS })),
    );
  const client = () => new Letterpress({ brokers: brokers.map(({ kafka }) => kafka), topicWaitMs: 60_000 });
  const all = Array.from({ length: PARTITIONS }, (_, partition) => ({ topic: TOPIC, partition }));

  beforeAll(async () => {
    nats = await NatsCluster.start(found.path!, SERVERS);
    brokers = await startAll();
  });
  afterAll(async () => {
    await Promise.all(brokers.map((broker) => broker.kill()));
    await nats?.[Symbol.asyncDispose]();
  });

  test(`serves all ${PARTITIONS} soon after its start`, { timeout: 300_000 }, async () => {
    {
      await using writer = client();
      await writer.admin().topics.create([{ name: TOPIC, partitions: PARTITIONS }]);
      const producer = writer.producer();
      await Promise.all(all.map((each) => producer.send({ ...each, value: "one" })));
    }
    await Promise.all(brokers.map((broker) => broker.stop()));
    const startedMs = performance.now();
    brokers = await startAll();
    await using reader = client();
    const served = async () => {
      // A partition that nobody leads yet fails the request; the next one asks again.
      const ends = await reader
        .admin()
        .topics.listOffsets(all, "latest")
        .catch(() => []);
      return ends.length === PARTITIONS && ends.every(({ offset }) => offset === 1n);
    };
    await waitFor("every partition to be served", served, START_MS_MAX * 4);
    const tookMs = performance.now() - startedMs;
    console.log(
      `${PARTITIONS} partitions on ${SERVERS} NATS servers were served ${Math.round(tookMs)} ms after the start`,
    );
    expect(tookMs).toBeLessThan(START_MS_MAX);
  });
});
