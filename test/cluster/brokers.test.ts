import { inspect } from "node:util";
import { Letterpress } from "@letterpress/client";
import { describeCluster, type LetterpressServer, startServer } from "@letterpress/server";
import {
  Consumer,
  MessagesStreamModes,
  Producer,
  stringDeserializers,
  stringSerializers,
} from "@platformatic/kafka";
import { Kafka, logLevel } from "kafkajs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { waitFor } from "../support/wait-for.ts";
import { findNatsServer } from "./find-nats-server.ts";
import { NatsCluster } from "./nats-cluster.ts";

const found = findNatsServer();
if (found.missing !== undefined) console.log(`clusters of brokers are not tested: ${found.missing}`);

describe.skipIf(found.path === undefined)("several brokers over one nats-server", () => {
  let nats: NatsCluster;
  let brokers: LetterpressServer[];
  const start = (nodeId: number): Promise<LetterpressServer> =>
    startServer({
      cluster: { servers: nats.urls, replicas: 1, sessionMs: 5_000 },
      nodeId,
      kafka: "127.0.0.1:0",
      http: "127.0.0.1:0",
      log: { level: "silent" },
      broker: { "offsets.topic.num.partitions": "6" },
    });
  const addresses = (): string[] => brokers.map(({ kafka }) => kafka);
  const leadersOf = (topic: string, partitions: number, from = brokers[0]!): number[] =>
    Array.from(
      { length: partitions },
      (_, index) => from.broker.cluster.leaderOf(topic, index)?.leaderId ?? -1,
    );
  /** All agree on the leaders, every broker is one, and has opened what it leads. */
  const settled = (topic: string, partitions: number): Promise<void> =>
    waitFor(`${topic} to be led by all`, () => {
      const [view, ...others] = brokers.map((server) => leadersOf(topic, partitions, server));
      return (
        others.every((other) => other.join() === view!.join()) &&
        brokers.every(({ broker }) => view!.includes(broker.nodeId)) &&
        view!.every((id, index) => broker(id)?.partition(topic, index) !== undefined)
      );
    });
  const broker = (id: number) => brokers.find((server) => server.broker.nodeId === id)?.broker;

  beforeAll(async () => {
    nats = await NatsCluster.start(found.path!, 1);
    brokers = [await start(1), await start(2), await start(3)];
  });
  afterAll(async () => {
    for (const server of brokers ?? []) await server.close();
    await nats?.[Symbol.asyncDispose]();
  });

  test("partitions are led evenly, and every broker tells the same", async () => {
    await brokers[1]!.broker.createTopic({ name: "even", partitions: 9 });
    await settled("even", 9);
    const [one] = brokers;
    const counts = new Map<number, number>();
    for (const { name, partitions } of one!.broker.topics.list()) {
      for (const id of leadersOf(name, partitions)) counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    expect(counts.size).toBe(3);
    expect(Math.max(...counts.values()) - Math.min(...counts.values())).toBeLessThanOrEqual(1);
    const controllers = brokers.map(({ broker }) => broker.cluster.controllerId);
    expect(new Set(controllers).size).toBe(1);
    expect(controllers[0]).toBeGreaterThan(0);
  });

  test("each leader tells who writes to its partitions, and the admin each producer once", async () => {
    await brokers[0]!.broker.createTopic({ name: "written", partitions: 6 });
    await settled("written", 6);
    await using client = new Letterpress({ brokers: addresses(), clientId: "shop" });
    const producer = client.producer();
    const schema = {
      part: "value",
      subject: "written-value",
      schemaId: 1,
      fingerprint: "ab".repeat(16),
    } as const;
    producer.declareWriterSchemas("written", [schema]);
    for (let partition = 0; partition < 6; partition++) {
      await producer.send({ topic: "written", partition, value: "v" });
    }
    const { partitions, writers } = await client.admin().producers.describe("written");
    expect(writers).toMatchObject([{ clientId: "shop", leftAtMs: undefined, schemas: [schema] }]);
    const ids = partitions.map(({ activeProducers }) => activeProducers.map(({ producerId }) => producerId));
    expect(ids).toEqual(Array.from({ length: 6 }, () => [writers[0]!.producerId]));
  });

  test("the status tells brokers, leaders and replicas, and that nothing is wrong", async () => {
    await settled("even", 9);
    const status = await describeCluster({ servers: nats.urls });
    expect(status.problems).toEqual([]);
    expect(status.brokers.map(({ nodeId }) => nodeId)).toEqual([1, 2, 3]);
    expect(status.controllerId).toBe(brokers[0]!.broker.cluster.controllerId);
    const even = status.partitions.filter(({ topic }) => topic === "even");
    expect(even.map(({ leaderId }) => leaderId)).toEqual(leadersOf("even", 9));
    expect(even[0]).toMatchObject({ replicas: 1, replicasInSync: 1, lagMessages: 0 });
  });

  test("topics can be created, changed and deleted through any broker", async () => {
    for (const [at, server] of brokers.entries()) {
      const client = new Letterpress({ brokers: [server.kafka] });
      await client.admin().topics.create([{ name: `made-${at}`, partitions: 2 }]);
      await client.close();
    }
    const names = brokers.map((_, at) => `made-${at}`);
    await waitFor("every broker to know every topic", () =>
      brokers.every(({ broker }) => names.every((name) => broker.topics.get(name)?.partitions === 2)),
    );
    const attempts = brokers.map(({ broker }) => broker.createTopic({ name: "once", partitions: 1 }));
    const results = await Promise.allSettled(attempts);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    await brokers[2]!.broker.topics.delete("made-0");
    await waitFor("the topic to be gone", () => brokers.every(({ broker }) => !broker.topics.get("made-0")));
  });

  test("producer ids are given out once, whoever is asked", async () => {
    const kafkas = brokers.map(({ kafka }) => new Kafka({ brokers: [kafka], logLevel: logLevel.NOTHING }));
    await brokers[0]!.broker.createTopic({ name: "ids", partitions: 3 });
    const send = async (kafka: Kafka, key: string): Promise<void> => {
      const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
      await producer.connect();
      await producer.send({ topic: "ids", messages: [{ key, value: key }] });
      await producer.disconnect();
    };
    await Promise.all(kafkas.flatMap((kafka, at) => [send(kafka, `a${at}`), send(kafka, `b${at}`)]));
    const seen = brokers.flatMap(({ broker }) =>
      [0, 1, 2].flatMap((index) => broker.partition("ids", index)?.log.producers() ?? []),
    );
    expect(new Set(seen.map(({ producerId }) => producerId)).size).toBe(6);
  });

  test("schemas registered through any broker are known to all", async () => {
    for (const [at, { http }] of brokers.entries()) {
      const response = await fetch(`${http}/subjects/shared-${at}-value/versions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ schema: `{"type":"record","name":"R${at}","fields":[]}` }),
      });
      expect(response.status).toBe(200);
      // The broker that was asked can read what it has written.
      expect(await (await fetch(`${http}/subjects`)).json()).toContain(`shared-${at}-value`);
    }
    const subjects = async ({ http }: LetterpressServer): Promise<string[]> =>
      (await (await fetch(`${http}/subjects`)).json()) as string[];
    await waitFor("all to tell the same", async () => {
      const lists = await Promise.all(brokers.map(subjects));
      return lists.every((list) => JSON.stringify(list) === JSON.stringify(lists[0]) && list.length >= 3);
    });
  });

  test("kafkajs, @platformatic/kafka and the SDK follow leadership through a graceful stop and a new broker", async () => {
    const topic = "moving";
    await brokers[0]!.broker.createTopic({ name: topic, partitions: 6 });
    await settled(topic, 6);
    const bootstrap = addresses();
    const kafkajs = new Kafka({ brokers: bootstrap, logLevel: logLevel.NOTHING, retry: { retries: 20 } });
    const theirs = kafkajs.producer({ idempotent: true, maxInFlightRequests: 1 });
    await theirs.connect();
    const platformatic = new Producer({
      clientId: "moving",
      bootstrapBrokers: bootstrap,
      serializers: stringSerializers,
      idempotent: true,
      retries: 2,
      retryDelay: 50,
    });
    const client = new Letterpress({ brokers: bootstrap });
    const sdk = client.producer();

    let isDone = false;
    const sent: string[] = [];
    const failures: unknown[] = [];
    const produce = async (name: string, send: (key: string, value: string) => Promise<unknown>) => {
      for (let number = 0; !isDone; number++) {
        const value = `${name}-${number}`;
        try {
          await send(`${name}${number % 12}`, value);
          sent.push(value);
        } catch (error) {
          failures.push(error);
        }
      }
    };
    const producing = [
      produce("kafkajs", (key, value) => theirs.send({ topic, messages: [{ key, value }] })),
      produce("platformatic", (key, value) => sendAnew(platformatic, { topic, key, value })),
      produce("sdk", (key, value) => sdk.send({ topic, key, value })),
    ];
    const seen: string[] = [];
    const consumer = client.consumer({ topics: [topic], group: "moving" });
    const consuming = (async () => {
      for await (const { value } of consumer) seen.push(`${value}`);
    })();

    await waitFor("records to flow", () => sent.length > 100 && seen.length > 50, 30_000);
    const controllerId = brokers[0]!.broker.cluster.controllerId;
    const stopping = brokers.find(({ broker }) => broker.nodeId === controllerId)!;
    brokers = brokers.filter((server) => server !== stopping);
    const startedMs = performance.now();
    await stopping.close();
    await settled(topic, 6);
    expect(performance.now() - startedMs).toBeLessThan(3_000);
    let before = sent.length;
    await waitFor("records to flow on", () => sent.length > before + 100, 30_000);

    brokers.push(await start(4));
    await settled(topic, 6);
    before = sent.length;
    await waitFor("records to flow with the new broker", () => sent.length > before + 100, 30_000);
    isDone = true;
    await Promise.all(producing);
    await waitFor("everything to be consumed", () => new Set(seen).size >= sent.length, 30_000);
    await consumer.close();
    await consuming;
    await Promise.all([theirs.disconnect(), platformatic.close(), client.close()]);

    expect(failures).toEqual([]);
    const counts = new Map<string, number>();
    for (const value of await readAll(topic, addresses(), sent.length))
      counts.set(value, (counts.get(value) ?? 0) + 1);
    expect(sent.filter((value) => counts.get(value) !== 1)).toEqual([]);
  }, 120_000);
});

/** This client asks the leader it knows until its retries are used up, so the application has to make it look again. */
async function sendAnew(
  producer: Producer<string, string, string, string>,
  message: { readonly topic: string; readonly key: string; readonly value: string },
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await producer.send({ messages: [message] });
      return;
    } catch (error) {
      if (attempt === 50 || !String(inspect(error, { depth: 9 })).includes("NOT_LEADER")) throw error;
      producer.clearMetadata();
    }
  }
}

/** Reads a topic from its start with a client of its own, until there are as many records as there have to be. */
async function readAll(topic: string, bootstrapBrokers: string[], count: number): Promise<string[]> {
  const consumer = new Consumer({
    clientId: "reader",
    groupId: `reader-${topic}`,
    bootstrapBrokers,
    deserializers: stringDeserializers,
  });
  const stream = await consumer.consume({ topics: [topic], mode: MessagesStreamModes.EARLIEST });
  const values: string[] = [];
  for await (const { value } of stream) {
    values.push(value!);
    if (values.length >= count) break;
  }
  await consumer.close(true);
  return values;
}
