import {
  avroSerde,
  fieldKey,
  headerFraming,
  ID_FRAMING_BYTES,
  type ResolvedSchema,
  readerFingerprint,
  SCHEMA_ID_HEADERS,
  type TopicContract,
} from "@letterpress/schema";
import { expect, expectTypeOf, test } from "vitest";
import { TestBroker } from "../../test/broker.ts";
import type { RecordMetadata } from "../record.ts";
import type { SchemaIds } from "./schema-ids.ts";
import { TypedConsumer } from "./typed-consumer.ts";
import { TypedProducer } from "./typed-producer.ts";
import type { Tombstone, TypedRecord } from "./typed-record.ts";

interface Order {
  readonly orderId: string;
  readonly customerId: string;
  readonly total: number;
}
type OrderInput = Omit<Order, "total"> & { readonly total?: number };

function orderSchema(fields: readonly object[]): ResolvedSchema {
  const text = JSON.stringify({ type: "record", name: "Order", namespace: "shop", fields });
  return { format: "AVRO", text, references: [] };
}

const BASE = ["orderId", "customerId"].map((name) => ({ name, type: "string" }));
const OLD = orderSchema(BASE);
const CURRENT = orderSchema([...BASE, { name: "total", type: "double", default: 9.5 }]);

function contract(schema: ResolvedSchema): TopicContract<string, Order, OrderInput> {
  return {
    topic: "orders",
    key: fieldKey("customerId", "text", (order: OrderInput) => order.customerId),
    value: avroSerde<Order, OrderInput>(schema),
    partitions: 3,
    partitioner: "murmur2",
    subjectNameStrategy: "TopicName",
  };
}

class OrdersProducer extends TypedProducer<string, Order, OrderInput> {}
class OrdersConsumer extends TypedConsumer<string, Order> {}

/** A registry of one subject, in memory. */
class MemorySchemaIds implements SchemaIds {
  readonly registered: { subject: string; schema: ResolvedSchema }[] = [];
  lookups = 0;

  async idOf(subject: string, schema: ResolvedSchema): Promise<number> {
    this.lookups++;
    const index = this.registered.findIndex(
      (one) => one.subject === subject && one.schema.text === schema.text,
    );
    if (index < 0) throw Object.assign(new Error("no such schema"), { code: "NOT_FOUND" });
    return index + 1;
  }

  async schemaById(id: number): Promise<ResolvedSchema> {
    this.lookups++;
    const found = this.registered[id - 1];
    if (found === undefined) throw Object.assign(new Error("no such id"), { code: "NOT_FOUND" });
    return found.schema;
  }

  async schemaByGuid(guid: string): Promise<ResolvedSchema> {
    return this.schemaById(Number.parseInt(guid.slice(-12), 16));
  }

  async registerResolved(subject: string, schema: ResolvedSchema): Promise<{ id: number }> {
    this.registered.push({ subject, schema });
    return { id: this.registered.length };
  }
}

async function withShop(
  run: (broker: TestBroker, registry: MemorySchemaIds) => Promise<void>,
): Promise<void> {
  const registry = new MemorySchemaIds();
  await using broker = await TestBroker.start({ client: { registry } });
  await broker.createTopic("orders", 3);
  await run(broker, registry);
}

async function take<T>(source: AsyncIterable<T>, count: number): Promise<T[]> {
  const taken: T[] = [];
  for await (const item of source) if (taken.push(item) === count) break;
  return taken;
}

test("a value travels from a typed producer to a typed consumer", async () => {
  await withShop(async ({ client }, registry) => {
    await registry.registerResolved("orders-value", CURRENT);
    const producer = new OrdersProducer(client, contract(CURRENT));
    const sent = await producer.send({ orderId: "o-1", customerId: "c-1" });
    const [order] = await take(new OrdersConsumer(client, contract(CURRENT), { group: "billing" }), 1);
    expect(order).toMatchObject({
      topic: "orders",
      partition: sent.partition,
      offset: sent.offset,
      key: "c-1",
      value: { orderId: "o-1", customerId: "c-1", total: 9.5 },
      schemaId: 1,
    });
  });
});

test("records of one key reach one partition, and ids are looked up once", async () => {
  await withShop(async ({ client }, registry) => {
    await registry.registerResolved("orders-value", CURRENT);
    const producer = new OrdersProducer(client, contract(CURRENT));
    const values = Array.from({ length: 50 }, (_, index) => ({ orderId: `${index}`, customerId: "c-1" }));
    const stored = [
      ...(await Promise.all(values.slice(0, 25).map((value) => producer.send(value)))),
      ...(await producer.sendBatch(values.slice(25))),
    ];
    expect(new Set(stored.map(({ partition }) => partition)).size).toBe(1);
    expect(stored.map(({ offset }) => Number(offset))).toEqual(values.map((_, index) => index));
    expect(registry.lookups).toBe(1);
    const orders = await take(new OrdersConsumer(client, contract(CURRENT), { group: "g" }), 50);
    expect(orders.map(({ value }) => value.orderId)).toEqual(values.map(({ orderId }) => orderId));
    expect(registry.lookups).toBe(2);
  });
});

test("what an older schema wrote is read with this build's schema", async () => {
  await withShop(async ({ client }, registry) => {
    await registry.registerResolved("orders-value", OLD);
    await new OrdersProducer(client, contract(OLD)).send({ orderId: "o-1", customerId: "c-1" });
    const [order] = await take(new OrdersConsumer(client, contract(CURRENT), { group: "g" }), 1);
    expect(order?.value.total).toBe(9.5);
  });
});

test("a schema that is not registered is named, with what to do", async () => {
  await withShop(async ({ client }, registry) => {
    const producer = new OrdersProducer(client, contract(CURRENT));
    const order = { orderId: "o-1", customerId: "c-1" };
    await expect(producer.send(order)).rejects.toMatchObject({
      code: "SCHEMA_NOT_FOUND",
      message: expect.stringContaining("letterpress apply"),
    });
    const registering = new OrdersProducer(client, contract(CURRENT), { autoRegister: true });
    await registering.send(order);
    expect(registry.registered.map(({ subject }) => subject)).toEqual(["orders-value"]);
    await producer.send(order);
  });
});

test("a value that does not fit fails before it is sent", async () => {
  await withShop(async ({ client }, registry) => {
    await registry.registerResolved("orders-value", CURRENT);
    const producer = new OrdersProducer(client, contract(CURRENT));
    const broken = { orderId: 7, customerId: "c-1" } as unknown as OrderInput;
    await expect(producer.send(broken)).rejects.toMatchObject({
      code: "ENCODE_FAILED",
      topic: "orders",
      message: "cannot encode a record of orders: orderId: expected a string, got 7",
    });
  });
});

test("a poison record fails with its place, is skipped, or goes to the callback", async () => {
  await withShop(async ({ client }, registry) => {
    await registry.registerResolved("orders-value", CURRENT);
    const raw = client.sharedProducer();
    const poison = [
      Buffer.from("not framed"),
      Buffer.from([0, 0, 0, 0, 99]),
      Buffer.from([0, 0, 0, 0, 1, 200]),
    ];
    await raw.sendBatch(
      "orders",
      poison.map((value) => ({ value, partition: 0 })),
    );
    const producer = new OrdersProducer(client, contract(CURRENT));
    await producer.send({ orderId: "good", customerId: "c" }, { partition: 0 });

    const failing = new OrdersConsumer(client, contract(CURRENT), { group: "throw" });
    await expect(take(failing, 1)).rejects.toMatchObject({
      code: "DECODE_FAILED",
      topic: "orders",
      partition: 0,
      offset: 0n,
    });
    const skipping = new OrdersConsumer(client, contract(CURRENT), { group: "skip", onDecodeError: "skip" });
    expect((await take(skipping, 1))[0]?.value.orderId).toBe("good");
    const faults: bigint[] = [];
    const telling = new OrdersConsumer(client, contract(CURRENT), {
      group: "tell",
      onDecodeError: (_error, record) => void faults.push(record.offset),
    });
    expect((await take(telling.batches(), 1))[0]?.records.map(({ value }) => value.orderId)).toEqual([
      "good",
    ]);
    expect(faults).toEqual([0n, 1n, 2n]);
  });
});

test("tombstones go to their callback and are otherwise left out", async () => {
  await withShop(async ({ client }, registry) => {
    await registry.registerResolved("orders-value", CURRENT);
    const producer = new OrdersProducer(client, contract(CURRENT));
    await producer.sendTombstone("c-1", { partition: 0 });
    await producer.send({ orderId: "o-1", customerId: "c-1" }, { partition: 0 });
    const tombstones: Tombstone<string>[] = [];
    const consumer = new OrdersConsumer(client, contract(CURRENT), {
      group: "g",
      onTombstone: (tombstone) => void tombstones.push(tombstone),
    });
    expect((await take(consumer, 1))[0]?.value.orderId).toBe("o-1");
    expect(tombstones).toMatchObject([{ key: "c-1", offset: 0n }]);
  });
});

test("records that name their schema in a header, by id or by GUID, are decoded", async () => {
  await withShop(async ({ client }, registry) => {
    await registry.registerResolved("orders-value", CURRENT);
    const payload = avroSerde<Order, OrderInput>(CURRENT).encode(1, { orderId: "o", customerId: "c" });
    const names = [
      { kind: "id", id: 1 },
      { kind: "guid", guid: "00000000-0000-0000-0000-000000000001" },
      { kind: "guid", guid: "00000000-0000-0000-0000-000000000002" },
    ] as const;
    await client.producer().sendBatch(
      "orders",
      names.map((name) => ({
        value: payload.subarray(ID_FRAMING_BYTES),
        headers: [{ key: SCHEMA_ID_HEADERS.value, value: headerFraming(name) }],
        partition: 0,
      })),
    );
    const consumer = new OrdersConsumer(client, contract(CURRENT), { group: "headers" });
    const records = consumer[Symbol.asyncIterator]();
    for (const schemaId of [1, undefined]) {
      expect((await records.next()).value).toMatchObject({ schemaId, value: { orderId: "o" } });
    }
    await expect(records.next()).rejects.toMatchObject({
      code: "DECODE_FAILED",
      message: expect.stringContaining("no schema with GUID 00000000-0000-0000-0000-000000000002"),
    });
  });
});

test("a typed partitioner sees key and value", async () => {
  await withShop(async ({ client }, registry) => {
    await registry.registerResolved("orders-value", CURRENT);
    const producer = new OrdersProducer(client, contract(CURRENT), {
      partitioner: (key, value, count) => (key === "vip" ? 0 : Number(value.orderId) % count),
    });
    const partitionOf = async (orderId: string, customerId: string): Promise<number> =>
      (await producer.send({ orderId, customerId })).partition;
    expect(await partitionOf("2", "vip")).toBe(0);
    expect(await partitionOf("2", "other")).toBe(2);
  });
});

test("types follow the contract", () => {
  expectTypeOf<OrdersProducer["send"]>().parameter(0).toEqualTypeOf<OrderInput>();
  expectTypeOf<OrdersProducer["send"]>().returns.toEqualTypeOf<Promise<RecordMetadata>>();
  type Item = OrdersConsumer extends AsyncIterable<infer T> ? T : never;
  expectTypeOf<Item>().toEqualTypeOf<TypedRecord<string, Order>>();
  expectTypeOf<Item["value"]["total"]>().toEqualTypeOf<number>();
  expectTypeOf<Item["offset"]>().toEqualTypeOf<bigint>();
  // @ts-expect-error: the contract's key is text
  const record: TypedRecord<number, Order>["key"] = "text";
  expect(record).toBe("text");
});

test("a member of a group says which schema it reads with", async () => {
  await withShop(async ({ client }, registry) => {
    await using consumer = new OrdersConsumer(client, contract(CURRENT), { group: "declaring" });
    await using silent = client.consumer({ group: "silent", topics: ["orders"] });
    await registry.registerResolved("orders-value", CURRENT);
    await new OrdersProducer(client, contract(CURRENT)).send({ orderId: "o", customerId: "c" });
    await consumer[Symbol.asyncIterator]().next();
    await silent[Symbol.asyncIterator]().next();
    const readersOf = async (group: string) =>
      (await client.admin().groups.describe(group)).members[0]?.readerSchemas;
    const fingerprint = readerFingerprint(CURRENT);
    expect(await readersOf("declaring")).toEqual([{ topic: "orders", part: "value", fingerprint }]);
    expect(await readersOf("silent")).toBeUndefined();
  });
});

test("typed producers say what they write with", async () => {
  await withShop(async ({ client }, registry) => {
    const { id } = await registry.registerResolved("orders-value", CURRENT);
    const producer = new OrdersProducer(client, contract(CURRENT));
    await producer.sendBatch([{ orderId: "1", customerId: "c" }]);
    const { writers } = await client.admin().producers.describe("orders");
    const fingerprint = readerFingerprint(CURRENT);
    expect(writers.map(({ schemas }) => schemas)).toEqual([
      [{ part: "value", subject: "orders-value", schemaId: id, fingerprint }],
    ]);
  });
});
