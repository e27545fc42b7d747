import { startTestServer, type TestServer } from "@letterpress/testing";
import {
  Admin,
  Consumer,
  MessagesStreamModes,
  Producer,
  stringDeserializers,
  stringSerializers,
} from "@platformatic/kafka";
import { afterAll, beforeAll, expect, test } from "vitest";

let letterpress: TestServer;
let base: { clientId: string; bootstrapBrokers: string[] };
beforeAll(async () => {
  letterpress = await startTestServer({ storage: "temporary-folder", broker: {} });
  base = { clientId: "interop", bootstrapBrokers: [letterpress.kafka] };
});
afterAll(() => letterpress.close());

test("@platformatic/kafka administers topics and groups", async () => {
  const admin = new Admin(base);
  const [created] = await admin.createTopics({ topics: ["administered"], partitions: 3, replicas: 1 });
  expect(created).toMatchObject({ name: "administered", partitions: 3 });
  expect(await admin.listTopics()).toContain("administered");
  expect([...(await admin.listGroups()).keys()]).toEqual([]);
  await admin.deleteTopics({ topics: ["administered"] });
  expect(await admin.listTopics()).not.toContain("administered");
  await admin.close();
});

test.each(["none", "gzip", "snappy", "lz4", "zstd"] as const)(
  "records go both ways between @platformatic/kafka and the SDK with compression %s",
  async (compression) => {
    const topic = `both-ways-${compression}`;
    const admin = new Admin(base);
    await admin.createTopics({ topics: [topic], partitions: 4, replicas: 1 });
    await admin.close();

    const producer = new Producer({ ...base, serializers: stringSerializers, idempotent: true, compression });
    await producer.send({
      messages: Array.from({ length: 100 }, (_, number) => ({
        topic,
        key: `k${number % 9}`,
        value: `theirs-${number}`,
      })),
    });
    await producer.close();
    const client = letterpress.client();
    await client.producer({ compression }).sendBatch(
      topic,
      Array.from({ length: 100 }, (_, number) => ({ key: `k${number % 9}`, value: `ours-${number}` })),
    );

    const bySdk = new Set<string>();
    for await (const { value } of client.consumer({ topics: [topic], group: "sdk" })) {
      bySdk.add(value!.toString());
      if (bySdk.size === 200) break;
    }
    const byThem = new Set<string>();
    const consumer = new Consumer({
      ...base,
      groupId: `them-${compression}`,
      deserializers: stringDeserializers,
    });
    const stream = await consumer.consume({
      topics: [topic],
      mode: MessagesStreamModes.EARLIEST,
      autocommit: true,
    });
    for await (const { value } of stream) {
      byThem.add(value!);
      if (byThem.size === 200) break;
    }
    await consumer.close(true);
    expect(byThem).toEqual(bySdk);
  },
);
