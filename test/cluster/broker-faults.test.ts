import { Random } from "@letterpress/log/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FaultyProxy } from "../reliability/faulty-proxy.ts";
import { BrokerProcess } from "./broker-process.ts";
import { findNatsServer } from "./find-nats-server.ts";
import { History } from "./history.ts";
import { KafkaWorkload, readTopic } from "./kafka-workload.ts";
import { NatsCluster } from "./nats-cluster.ts";

const found = findNatsServer();
const PARTITIONS = 6;
/** A few in the ordinary test run; the long run asks for more. */
const ROUNDS = Number(process.env.LETTERPRESS_FAULT_ROUNDS ?? 3);
const seed = Number(process.env.LETTERPRESS_FAULT_SEED ?? Date.now() % 1_000_000);
const SESSION_MS = 5_000;
const ROUND_TIMEOUT_MS = 90_000;
/** What has to be acknowledged on every partition while a fault lasts, and again after it. */
const PROGRESS_RECORDS = 20;

type Heal = () => unknown;

describe.skipIf(found.path === undefined)("three brokers over three nats-servers", () => {
  let nats: NatsCluster;
  let brokers: BrokerProcess[];
  /** In front of every NATS server, for each broker its own. */
  const proxies = new Map<number, readonly FaultyProxy[]>();
  const random = new Random(seed);
  const startBroker = (nodeId: number, kafkaPort = 0): Promise<BrokerProcess> =>
    BrokerProcess.start({
      nodeId,
      kafkaPort,
      servers: proxies.get(nodeId)!.map(({ address }) => `nats://${address}`),
      ignoreAdvertised: true,
      replicas: 3,
      sessionMs: SESSION_MS,
      configs: { "offsets.topic.num.partitions": "3" },
    });
  /** On its old port, so that the clients' addresses stay true. */
  const restart = async (index: number): Promise<void> => {
    const { nodeId, kafka } = brokers[index]!;
    brokers[index] = await startBroker(nodeId, Number(kafka.split(":").at(-1)));
  };

  beforeAll(async () => {
    nats = await NatsCluster.start(found.path!, 3);
    for (const nodeId of [1, 2, 3]) {
      const targets = nats.servers.map(({ ports }) => `127.0.0.1:${ports.client}`);
      proxies.set(nodeId, await Promise.all(targets.map((target) => FaultyProxy.start(() => target))));
    }
    const starts = await Promise.allSettled([1, 2, 3].map((nodeId) => startBroker(nodeId)));
    brokers = starts.flatMap((start) => (start.status === "fulfilled" ? [start.value] : []));
    expect(starts.filter(({ status }) => status === "rejected")).toEqual([]);
  });
  afterAll(async () => {
    for (const each of [...(brokers ?? []), ...(nats?.servers ?? [])]) each.resume();
    await Promise.all((brokers ?? []).map((broker) => broker.kill()));
    for (const proxy of [...proxies.values()].flat()) await proxy[Symbol.asyncDispose]();
    await nats?.[Symbol.asyncDispose]();
  });

  /** Each leaves the cluster able to serve every partition by itself. */
  const faults: readonly (readonly [name: string, inject: () => Promise<Heal>])[] = [
    [
      "a broker is killed",
      async () => {
        const index = random.below(3);
        await brokers[index]!.kill();
        return () => restart(index);
      },
    ],
    [
      "a broker is paused, and comes back when others lead",
      async () => {
        const broker = brokers[random.below(3)]!;
        broker.pause();
        return () => broker.resume();
      },
    ],
    [
      "a broker is cut off from NATS",
      async () => {
        const own = proxies.get(1 + random.below(3))!;
        for (const proxy of own) proxy.fault = "nothing-passes";
        return () => {
          for (const proxy of own) {
            proxy.fault = "none";
            proxy.cut();
          }
        };
      },
    ],
    [
      "a broker stops in good order",
      async () => {
        const index = random.below(3);
        await brokers[index]!.stop();
        return () => restart(index);
      },
    ],
    [
      "a NATS server is killed",
      async () => {
        const server = nats.servers[random.below(3)]!;
        await server.kill();
        return () => server.start();
      },
    ],
    [
      "two brokers are killed",
      async () => {
        const kept = random.below(3);
        const others = [0, 1, 2].filter((index) => index !== kept);
        await Promise.all(others.map((index) => brokers[index]!.kill()));
        return () => Promise.all(others.map(restart));
      },
    ],
    [
      "a NATS server is paused",
      async () => {
        const server = nats.servers[random.below(3)]!;
        server.pause();
        return () => server.resume();
      },
    ],
    [
      "a broker and a NATS server are killed",
      async () => {
        const index = random.below(3);
        const server = nats.servers[random.below(3)]!;
        await Promise.all([brokers[index]!.kill(), server.kill()]);
        return async () => {
          await server.start();
          await restart(index);
        };
      },
    ],
  ];

  test("nothing acknowledged is lost, repeated, reordered or unseen", {
    timeout: 60_000 + ROUNDS * 2 * ROUND_TIMEOUT_MS,
  }, async () => {
    console.log(`fault seed ${seed}, ${ROUNDS} rounds`);
    const history = new History();
    const addresses = brokers.map(({ kafka }) => kafka);
    await using workload = await KafkaWorkload.start(addresses, PARTITIONS, history);
    await workload.progress(PROGRESS_RECORDS, "records to flow", ROUND_TIMEOUT_MS);
    for (let round = 0; round < ROUNDS; round++) {
      const [name, inject] = faults[round % faults.length]!;
      const startedMs = performance.now();
      const heal = await inject();
      await workload.progress(PROGRESS_RECORDS, `records to flow after ${name}`, ROUND_TIMEOUT_MS);
      const servedMs = performance.now() - startedMs;
      await heal();
      await workload.progress(PROGRESS_RECORDS, `records to flow after ${name} was healed`, ROUND_TIMEOUT_MS);
      console.log(`round ${round + 1}, ${name}: every partition served after ${Math.round(servedMs)} ms`);
    }
    await workload.stop(ROUND_TIMEOUT_MS);
    expect(history.check(await readTopic(addresses, PARTITIONS))).toEqual([]);
    expect(history.acknowledgedCount).toBeGreaterThan(ROUNDS * PARTITIONS * PROGRESS_RECORDS);
  });
});
