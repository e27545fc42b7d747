import { type Admin, Letterpress } from "@letterpress/client";
import { type LetterpressServer, startServer } from "@letterpress/server";
import { connect, type NatsConnection } from "nats";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { waitFor } from "../support/wait-for.ts";
import { findNatsServer } from "./find-nats-server.ts";
import { NatsCluster } from "./nats-cluster.ts";

const found = findNatsServer();
if (found.missing !== undefined) console.log(`replication factors are not tested: ${found.missing}`);

describe.skipIf(found.path === undefined)("one broker over three nats-servers", () => {
  let nats: NatsCluster;
  let connection: NatsConnection;
  let server: LetterpressServer;
  let client: Letterpress;
  let admin: Admin;
  beforeAll(async () => {
    nats = await NatsCluster.start(found.path!, 3);
    connection = await connect({ servers: nats.urls });
    server = await startServer({
      cluster: { servers: nats.urls, sessionMs: 5_000 },
      kafka: "127.0.0.1:0",
      http: "127.0.0.1:0",
      log: { level: "silent" },
    });
    client = new Letterpress({ brokers: [server.kafka] });
    admin = client.admin();
  });
  afterAll(async () => {
    await client?.close();
    await server?.close();
    await connection?.close();
    await nats?.[Symbol.asyncDispose]();
  });

  /** How many replicas the streams of a topic's partitions have. */
  const streamReplicas = async (topic: string): Promise<number[]> => {
    const { id, partitions } = server.broker.topics.get(topic)!;
    const isOpen = () => Array.from({ length: partitions }, (_, at) => server.broker.partition(topic, at));
    await waitFor(`${topic} to be led`, () => isOpen().every((partition) => partition !== undefined));
    const manager = await connection.jetstreamManager();
    const infos = isOpen().map((_, at) => manager.streams.info(`K_${id}_${at}`));
    return (await Promise.all(infos)).map(({ config }) => config.num_replicas);
  };
  const shownReplicas = async (topic: string): Promise<number[]> => {
    const [described] = await admin.topics.describe([topic]);
    return described!.partitions.map(({ replicas }) => replicas.length);
  };

  test("every topic has the replication factor that it was created with", async () => {
    await admin.topics.create([
      { name: "one", partitions: 2, replicationFactor: 1 },
      { name: "three", partitions: 2, replicationFactor: 3 },
      { name: "default" },
    ]);
    expect(await streamReplicas("one")).toEqual([1, 1]);
    expect(await streamReplicas("three")).toEqual([3, 3]);
    expect(await streamReplicas("default")).toEqual([3]);
    expect(await streamReplicas("__consumer_offsets")).toEqual([3]);
    // Also where there are fewer brokers than copies.
    expect(await shownReplicas("one")).toEqual([1, 1]);
    expect(await shownReplicas("three")).toEqual([3, 3]);
    expect(await shownReplicas("default")).toEqual([3]);
  });

  test("new partitions of a topic have as many copies as the old ones", async () => {
    await admin.topics.create([{ name: "grows", partitions: 1, replicationFactor: 1 }]);
    await admin.topics.createPartitions("grows", 3);
    expect(await streamReplicas("grows")).toEqual([1, 1, 1]);
    expect(await shownReplicas("grows")).toEqual([1, 1, 1]);
  });

  test.each([
    [2, "NATS keeps 1, 3 or 5 copies"],
    [4, "NATS keeps 1, 3 or 5 copies"],
    [0, "NATS keeps 1, 3 or 5 copies"],
    [5, "it takes 5 NATS servers with JetStream"],
  ])("replication factor %i is refused, with what is possible", async (replicationFactor, message) => {
    for (const validateOnly of [true, false]) {
      const creating = admin.topics.create([{ name: "refused", replicationFactor }], { validateOnly });
      await expect(creating).rejects.toMatchObject({
        kafkaError: "INVALID_REPLICATION_FACTOR",
        message: expect.stringContaining(message),
      });
    }
    expect(server.broker.topics.get("refused")).toBeUndefined();
  });
});
