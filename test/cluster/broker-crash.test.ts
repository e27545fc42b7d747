import { Letterpress } from "@letterpress/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { waitFor } from "../support/wait-for.ts";
import { BrokerCluster } from "./broker-cluster.ts";
import { findNatsServer } from "./find-nats-server.ts";

const SESSION_MS = 4_000;
/** What may pass between a crash and the last partition's being served: the session, its detection and the takeover. */
const FAILOVER_MS = SESSION_MS + 16_000;

const found = findNatsServer();
if (found.missing !== undefined) console.log(`crashes of brokers are not tested: ${found.missing}`);

describe.skipIf(found.path === undefined)("brokers that crash or stall", () => {
  let cluster: BrokerCluster;
  beforeAll(async () => {
    cluster = await BrokerCluster.start(found.path!, SESSION_MS);
  });
  afterAll(() => cluster?.[Symbol.asyncDispose]());

  test("nothing acknowledged is lost, repeated or reordered when the controller is killed and a broker stalls", async () => {
    await using client = new Letterpress({
      brokers: cluster.addresses,
      // A broker that stalls says nothing: only time tells.
      requestTimeoutMs: 2_000,
    });
    const admin = client.admin();
    const topic = "crashes";
    await admin.topics.create([{ name: topic, partitions: 6 }]);
    const producer = client.producer({ deliveryTimeoutMs: 60_000 });
    const sent = new Map<number, number>();
    let isDone = false;
    const failures: unknown[] = [];
    /** One chain per partition: each value is sent once the one before is acknowledged. */
    const producing = Array.from({ length: 6 }, async (_, partition) => {
      for (let number = 0; !isDone; number++) {
        try {
          await producer.send({ topic, partition, value: String(number) });
        } catch (error) {
          failures.push(error);
          return;
        }
        sent.set(partition, number + 1);
      }
    });
    const seen = new Map<number, number[]>();
    const consumer = client.consumer({ topics: [topic], group: "crashes", sessionTimeoutMs: 10_000 });
    const consuming = (async () => {
      for await (const { partition, value } of consumer) {
        seen.set(partition, [...(seen.get(partition) ?? []), Number(`${value}`)]);
      }
    })();
    const progress = (): Promise<void> => {
      const before = new Map(sent);
      return waitFor(
        "every partition to be written to",
        () => [0, 1, 2, 3, 4, 5].every((each) => (sent.get(each) ?? 0) > (before.get(each) ?? 0) + 20),
        FAILOVER_MS,
      );
    };
    await progress();

    const { controllerId } = await admin.configs.describeCluster();
    const controller = cluster.brokers.find(({ nodeId }) => nodeId === controllerId)!;
    await controller.kill();
    await progress();

    const stalled = cluster.brokers[0]!;
    stalled.pause();
    await progress();
    stalled.resume();
    await progress();

    await cluster.add(controller.nodeId);
    await progress();

    isDone = true;
    await Promise.all(producing);
    expect(failures).toEqual([]);
    const total = [...sent.values()].reduce((sum, count) => sum + count, 0);
    const distinct = (): number => [...seen.values()].reduce((sum, values) => sum + new Set(values).size, 0);
    await waitFor("everything to be consumed", () => distinct() === total, 30_000);
    await consumer.close();
    await consuming;

    // The log itself: every record once, in the order in which it was sent.
    const stored = new Map<number, number[]>();
    let count = 0;
    for await (const { partition, value } of client.consumer({ topics: [topic], group: "reader" })) {
      stored.set(partition, [...(stored.get(partition) ?? []), Number(`${value}`)]);
      if (++count === total) break;
    }
    for (const [partition, length] of sent) {
      expect(stored.get(partition)).toEqual(Array.from({ length }, (_, number) => number));
    }
  }, 90_000);
});
