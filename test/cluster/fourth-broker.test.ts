import { Letterpress } from "@letterpress/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { waitFor } from "../support/wait-for.ts";
import { BrokerCluster } from "./broker-cluster.ts";
import { findNatsServer } from "./find-nats-server.ts";
import { History } from "./history.ts";
import { KafkaProbe } from "./kafka-probe.ts";
import { KafkaWorkload, readTopic, TOPIC } from "./kafka-workload.ts";
import { findLineClients, LineWorkload } from "./line-clients.ts";

const found = findNatsServer();
const PARTITIONS = 12;
const RECORDS = 30;
const WAIT_MS = 60_000;
const GRACEFUL_STOP_MS = 3_000;

describe.skipIf(found.path === undefined)("a broker more, and one less, under load", () => {
  const lineClients = found.path === undefined ? [] : findLineClients();
  let cluster: BrokerCluster;
  beforeAll(async () => {
    cluster = await BrokerCluster.start(found.path!);
  });
  afterAll(() => cluster?.[Symbol.asyncDispose]());

  test("it takes its share and gives it back; no send fails, nothing is lost or repeated", {
    timeout: 150_000,
  }, async () => {
    const history = new History();
    const { addresses } = cluster;
    await using workload = await KafkaWorkload.start(addresses, PARTITIONS, history);
    await using admin = new Letterpress({ brokers: addresses });
    await using others = new AsyncDisposableStack();
    const probes = await Promise.all(addresses.map(async (each) => others.use(await KafkaProbe.open(each))));
    const lines: LineWorkload[] = [];
    for (const client of lineClients) {
      await admin.admin().topics.create([{ name: client.name, partitions: PARTITIONS }]);
      // A client that asks a broker which has not heard of the topic yet may give up.
      await waitFor("every broker to know the topic", async () => {
        const known = await Promise.all(probes.map((probe) => probe.leaders(client.name)));
        return known.every(({ partitions }) => partitions.length === PARTITIONS);
      });
      lines.push(others.use(new LineWorkload(client, addresses.join(), client.name)));
    }
    const progress = async (what: string) => {
      await Promise.all([workload, ...lines].map((each) => each.progress(RECORDS, what, WAIT_MS)));
    };
    await progress("records to flow");

    const probe = probes[0]!;
    const before = (await probe.leaders(TOPIC)).partitions;
    expect(countsOf(before)).toEqual([4, 4, 4]);

    const fourth = await cluster.add(4);
    const even = async (brokerCount: number) =>
      countsOf((await probe.leaders(TOPIC)).partitions).join() ===
      Array.from({ length: brokerCount }, () => PARTITIONS / brokerCount).join();
    await waitFor("the fourth broker to have its share", () => even(4), WAIT_MS);
    const shared = (await probe.leaders(TOPIC)).partitions;
    // Who is not needed to make room keeps what it leads, in the same epoch.
    const moved = shared.filter(({ leaderId, leaderEpoch }, partition) => {
      const was = before[partition]!;
      return leaderId !== was.leaderId || leaderEpoch !== was.leaderEpoch;
    });
    expect(moved.map(({ leaderId }) => leaderId)).toEqual([4, 4, 4]);
    await progress("records to flow with four brokers");

    const interruptions = workload.watch();
    await fourth.stop();
    await waitFor("the others to lead", () => even(3), WAIT_MS);
    await progress("records to flow with three brokers");
    expect(interruptions.longestMs).toBeLessThan(GRACEFUL_STOP_MS);

    // A send that fails would end here.
    await workload.stop(WAIT_MS);
    expect(history.check(await readTopic(addresses, PARTITIONS))).toEqual([]);
    for (const each of lines) {
      await each.stop();
      await waitFor("everything to be consumed", () => new Set(each.seen).size >= each.sent.length, WAIT_MS);
      expect(each.seen.toSorted()).toEqual(each.sent.toSorted());
    }
  });
});

/** How many partitions each broker leads, ascending. */
function countsOf(partitions: readonly { readonly leaderId: number }[]): number[] {
  const counts = new Map<number, number>();
  for (const { leaderId } of partitions) counts.set(leaderId, (counts.get(leaderId) ?? 0) + 1);
  return [...counts.values()].sort((a, b) => a - b);
}
