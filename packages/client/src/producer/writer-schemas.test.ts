import { type Api, Produce } from "@letterpress/protocol";
import { readWriterDeclarations, type WriterDeclaration } from "@letterpress/schema";
import { expect, test } from "vitest";
import { TestBroker } from "../../test/broker.ts";
import { type ProduceStep, ScriptedBroker } from "../../test/scripted-broker.ts";
import { Letterpress } from "../client.ts";
import type { ProducerOptions } from "./producer-options.ts";

const FIRST: WriterDeclaration = {
  part: "value",
  subject: "orders-value",
  schemaId: 3,
  fingerprint: "ab".repeat(16),
};
const SECOND: WriterDeclaration = { ...FIRST, schemaId: 4, fingerprint: "cd".repeat(16) };

/** What each request declared, as schema ids. */
const idsIn = ({ declared }: ScriptedBroker) =>
  declared.map((bytes) => (readWriterDeclarations(bytes) ?? []).map(({ schemaId }) => schemaId));

async function withProducer(
  steps: readonly ProduceStep[],
  run: (producer: ReturnType<Letterpress["producer"]>, broker: ScriptedBroker) => Promise<void>,
  options: ProducerOptions = {},
): Promise<void> {
  await using broker = await ScriptedBroker.start(steps);
  await using client = new Letterpress({ brokers: [broker.address] });
  await run(client.producer(options), broker);
}

test("a connection is told once, and again when there is more to tell", async () => {
  await withProducer([], async (producer, broker) => {
    const { topic } = broker;
    await producer.send({ topic, value: "a" });
    producer.declareWriterSchemas(topic, [FIRST]);
    await producer.send({ topic, value: "b" });
    await producer.send({ topic, value: "c" });
    producer.declareWriterSchemas(topic, [FIRST, SECOND]);
    producer.declareWriterSchemas("another", [SECOND]);
    await producer.send({ topic, value: "d" });
    await producer.send({ topic, value: "e" });
    expect(idsIn(broker)).toEqual([[], [3], [], [3, 4], []]);
  });
});

test("a new connection is told anew, and so is a broker that has stored nothing", async () => {
  await withProducer(["hang-up", { errorCode: 6 }, "store"], async (producer, broker) => {
    const { topic } = broker;
    producer.declareWriterSchemas(topic, [FIRST]);
    await producer.send({ topic, value: "a" });
    await producer.send({ topic, value: "b" });
    expect(idsIn(broker)).toEqual([[3], [3], [3], []]);
  });
});

test("a broker without tagged fields is told nothing, and stores all the same", async () => {
  await withProducer([], async (producer, broker) => {
    const index = broker.apis.indexOf(Produce);
    broker.apis[index] = { ...(Produce as Api), versions: [0, 8] };
    producer.declareWriterSchemas(broker.topic, [FIRST]);
    await producer.send({ topic: broker.topic, value: "a" });
    expect(broker.stored[0]).toEqual(["a"]);
    expect(idsIn(broker)).toEqual([[]]);
  });
});

test("what cannot be told is refused, and what is too much is left out", async () => {
  await withProducer([], async (producer, broker) => {
    const { topic } = broker;
    for (const wrong of [{ schemaId: -1 }, { schemaId: 1.5 }, { schemaId: 2 ** 31 }, { fingerprint: "ab" }]) {
      expect(() => producer.declareWriterSchemas(topic, [{ ...FIRST, ...wrong }])).toThrow(
        expect.objectContaining({ code: "INVALID_ARGUMENT" }),
      );
    }
    const many = Array.from({ length: 100 }, (_, index) => ({
      ...FIRST,
      schemaId: index,
      subject: "s".repeat(200),
    }));
    producer.declareWriterSchemas(topic, [...many, { ...FIRST, subject: "s".repeat(100_000) }]);
    await producer.send({ topic, value: "a" });
    expect(broker.declared[0]!.length).toBeLessThanOrEqual(4096);
    expect(idsIn(broker)[0]!.length).toBeGreaterThan(10);
  });
});

test.each([{}, { acks: 1, idempotent: false }, { acks: 0, idempotent: false }] as const)(
  "a broker describes the producers of a topic with what they have declared: %j",
  async (options) => {
    await using broker = await TestBroker.start({ client: { clientId: "shop" } });
    await broker.createTopic("orders", 2);
    const { producers } = broker.client.admin();
    expect(await producers.describe("orders")).toMatchObject({ writers: [] });
    const producer = broker.client.producer(options);
    producer.declareWriterSchemas("orders", [FIRST, { ...SECOND, part: "key" }]);
    await producer.send({ topic: "orders", partition: 1, value: "a" });
    await expect.poll(async () => (await producers.describe("orders")).writers.length).toBe(1);
    const { writers, partitions } = await producers.describe("orders");
    const isIdempotent = !("idempotent" in options);
    expect(writers).toMatchObject([
      { clientId: "shop", leftAtMs: undefined, schemas: [FIRST, { ...SECOND, part: "key" }] },
    ]);
    expect(partitions.map(({ partition }) => partition)).toEqual([0, 1]);
    expect(partitions[1]!.activeProducers.map(({ producerId }) => producerId)).toEqual(
      isIdempotent ? [writers[0]!.producerId] : [],
    );
    await producer.close();
    const left = isIdempotent ? [{ leftAtMs: expect.any(Number) }] : [];
    await expect.poll(async () => (await producers.describe("orders")).writers).toMatchObject(left);
  },
);
