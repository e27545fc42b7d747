import { execFile, spawnSync } from "node:child_process";
import { promisify } from "node:util";
import { type Admin, Letterpress } from "@letterpress/client";
import { type LetterpressServer, startServer } from "@letterpress/server";
import { Kafka, logLevel, type Producer } from "kafkajs";
import { connect, type NatsConnection } from "nats";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { waitFor } from "../support/wait-for.ts";
import { findNatsServer } from "./find-nats-server.ts";
import { NatsCluster, type NatsServer } from "./nats-cluster.ts";

const run = promisify(execFile);
const hasKcat = spawnSync("kcat", ["-V"]).status === 0;
if (!hasKcat)
  console.log("kcat is not installed (apt-get install kcat): it is not asked for the replicas in sync");
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

  test("manual assignments name as many brokers as there are to be copies", async () => {
    const kafka = new Kafka({ brokers: [server.kafka], logLevel: logLevel.NOTHING }).admin();
    await kafka.connect();
    const assign = (topic: string, replicas: number[]) =>
      kafka.createTopics({ topics: [{ topic, replicaAssignment: [{ partition: 0, replicas }] }] });
    await assign("assigned", [1]);
    expect(await streamReplicas("assigned")).toEqual([1]);
    await expect(assign("refused", [1, 2, 3])).rejects.toMatchObject({
      errors: [expect.objectContaining({ type: "INVALID_REPLICA_ASSIGNMENT" })],
    });
    await kafka.disconnect();
  });

  describe("with a follower that is gone", () => {
    const topics = [
      { name: "most", replicationFactor: 3, configs: { "min.insync.replicas": "2" } },
      { name: "all", replicationFactor: 3, configs: { "min.insync.replicas": "3" } },
      // As in Apache Kafka, a topic cannot ask for more copies than it has.
      { name: "single", replicationFactor: 1, configs: { "min.insync.replicas": "2" } },
    ];
    let producer: Producer;
    let gone: NatsServer;
    beforeAll(async () => {
      await admin.topics.create(topics);
      for (const { name } of topics) await streamReplicas(name);
      const kafka = new Kafka({ brokers: [server.kafka], logLevel: logLevel.NOTHING, retry: { retries: 0 } });
      producer = kafka.producer();
      await producer.connect();
    });
    afterAll(() => producer?.disconnect());

    const send = async (topic: string, acks: -1 | 1 = -1): Promise<string> => {
      try {
        await producer.send({ topic, acks, messages: [{ value: "v" }] });
        return "stored";
      } catch (error) {
        const { type, cause } = error as { type?: string; cause?: { type?: string } };
        return type ?? cause?.type ?? String(error);
      }
    };
    const inSync = async (topic: string): Promise<number> => {
      const [described] = await admin.topics.describe([topic]);
      return described!.partitions[0]!.inSyncReplicas.length;
    };

    test("what asks for all copies is stored while all are in sync", async () => {
      for (const { name } of topics)
        await waitFor(`${name} to take records`, async () => (await send(name)) === "stored");
      expect([await inSync("most"), await inSync("all"), await inSync("single")]).toEqual([3, 3, 1]);
    });

    test("appends that ask for all copies are refused, and no others", async () => {
      const isLeader = async (at: NatsServer, topic: string): Promise<boolean> =>
        (await nats.leaderOf(`K_${server.broker.topics.get(topic)!.id}_0`)) === at;
      for (const each of nats.servers) {
        const isFollower = !(await isLeader(each, "single")) && !(await isLeader(each, "all"));
        if (isFollower) gone = each;
      }
      await gone.kill();
      await waitFor(
        "appends to be refused",
        async () => (await send("all")) === "NOT_ENOUGH_REPLICAS",
        60_000,
      );
      await waitFor("a quorum to be enough", async () => (await send("most")) === "stored", 60_000);
      expect(await send("all", 1)).toBe("stored");
      expect(await send("single")).toBe("stored");
      // Appends are refused as soon as nobody can prove that all copies are in sync, which may be a while earlier.
      await waitFor("the loss to be shown", async () => (await inSync("all")) === 2, 60_000);
      expect([await inSync("most"), await inSync("single")]).toEqual([2, 1]);
      expect((await shownReplicas("all"))[0]).toBe(3);
    }, 190_000);

    test.skipIf(!hasKcat)("kcat shows which partitions lack copies", async () => {
      const { stdout } = await run("kcat", ["-b", server.kafka, "-L", "-J"]);
      const { topics: listed } = JSON.parse(stdout) as {
        topics: { topic: string; partitions: { replicas: unknown[]; isrs: unknown[] }[] }[];
      };
      const sizes = listed.map(({ topic, partitions: [first] }) => [
        topic,
        [first!.replicas.length, first!.isrs.length],
      ]);
      expect(Object.fromEntries(sizes)).toMatchObject({ all: [3, 2], most: [3, 2], single: [1, 1] });
    });

    test("they are taken again when the follower is back", async () => {
      await gone.start();
      await waitFor("appends to be taken", async () => (await send("all")) === "stored", 60_000);
      await waitFor("it to be shown", async () => (await inSync("all")) === 3);
    }, 90_000);
  });
});
