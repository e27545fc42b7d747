import type { GuardedBatch, RecordFault } from "@letterpress/broker";
import { MemoryRegistryLog, Registry, RegistryState } from "@letterpress/registry";
import { encodeRecordBatch, openRecords, type RecordInit, readBatchHeader } from "@letterpress/wire";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { PartSettings, TopicGuardSettings } from "./guard-settings.ts";
import { RegistryGuard, type RegistryGuardOptions } from "./registry-guard.ts";

const ORDER = '{"type":"record","name":"Order","namespace":"shop","fields":[{"name":"id","type":"string"}]}';
const REFUND = '{"type":"record","name":"Refund","namespace":"shop","fields":[{"name":"id","type":"long"}]}';
const PROTO = `syntax = "proto3";
package shop;
message Payment { string id = 1; message Part { int32 cents = 1; } }
message Payout { int64 amount = 1; }
`;
/** The Avro record {"id": "o-1"}. */
const ORDER_PAYLOAD = Buffer.from("\u0006o-1");

const NONE: PartSettings = { validation: "none", strategy: "TopicName", context: "." };

function settings(
  value: Partial<PartSettings>,
  others: Partial<TopicGuardSettings> = {},
): TopicGuardSettings {
  return { key: NONE, value: { ...NONE, ...value }, ...others };
}

async function testGuard(topicSettings: TopicGuardSettings, options: Partial<RegistryGuardOptions> = {}) {
  const state = new RegistryState();
  const registry = new Registry({ state, log: new MemoryRegistryLog(state) });
  await registry.register("orders-value", { schema: ORDER });
  await registry.register("refunds-value", { schema: REFUND });
  await registry.register("payments-value", { schema: PROTO, schemaType: "PROTOBUF" });
  const guard = new RegistryGuard({ registry, settings: () => topicSettings, ...options });
  return { registry, state, guard };
}

/** `00`, the id, the payload. */
function framed(id: number, payload: Uint8Array): Buffer {
  const bytes = Buffer.alloc(5 + payload.length);
  bytes.writeInt32BE(id, 1);
  bytes.set(payload, 5);
  return bytes;
}

function guarded(topic: string, bytes: Buffer): GuardedBatch {
  const header = readBatchHeader(bytes);
  return { topic, partition: 0, header, bytes, records: () => openRecords(bytes, header) };
}

function check(guard: RegistryGuard, topic: string, records: RecordInit[], compression?: "gzip") {
  const bytes = encodeRecordBatch(records, compression === undefined ? {} : { compression });
  return guard.check(guarded(topic, bytes));
}

function reasons(faults: readonly RecordFault[] | Promise<readonly RecordFault[]>): string[] {
  expect(Array.isArray(faults)).toBe(true);
  return (faults as readonly RecordFault[]).map(({ index, part, reason }) => `${index} ${part} ${reason}`);
}

test("topics without validation are not checked at all", async () => {
  const { guard } = await testGuard(settings({ validation: "none" }));
  expect(guard.guards("orders")).toBe(false);
  const { guard: checking } = await testGuard(settings({ validation: "id" }));
  expect(checking.guards("orders")).toBe(true);
});

test("every record of a batch is checked, and every fault reported with its index", async () => {
  const { guard } = await testGuard(settings({ validation: "id" }));
  const records = [
    { value: framed(1, ORDER_PAYLOAD) },
    { value: Buffer.from("plain text") },
    { value: null },
    { value: framed(99, ORDER_PAYLOAD) },
    { value: framed(2, ORDER_PAYLOAD) },
    { value: Buffer.alloc(0) },
  ];
  const expected = [
    "1 value invalid-framing",
    "3 value unknown-schema-id",
    "4 value schema-not-registered",
    "5 value invalid-framing",
  ];
  expect(reasons(check(guard, "orders", records))).toEqual(expected);
  expect(reasons(check(guard, "orders", records, "gzip"))).toEqual(expected);
  const [fault] = check(guard, "orders", [{ value: framed(2, ORDER_PAYLOAD) }]) as RecordFault[];
  expect(fault!.message).toContain('Schema id 2 is not registered under subject "orders-value"');
  expect(fault!.message).toContain("refunds-value");
});

test("level id leaves payloads alone, level full decodes them to the last byte", async () => {
  const values = [ORDER_PAYLOAD, Buffer.from("\u0006o-"), Buffer.from("\u0006o-1!"), Buffer.alloc(0)];
  const records = values.map((payload) => ({ value: framed(1, payload) }));
  const { guard: byId } = await testGuard(settings({ validation: "id" }));
  expect(reasons(check(byId, "orders", records))).toEqual([]);
  const { guard } = await testGuard(settings({ validation: "full" }));
  expect(reasons(check(guard, "orders", records))).toEqual([
    "1 value invalid-payload",
    "2 value invalid-payload",
    "3 value invalid-payload",
  ]);
});

test("Protobuf payloads stand behind the path of their message", async () => {
  const { guard } = await testGuard(settings({ validation: "full" }));
  const payment = [0x0a, 0x03, 0x70, 0x2d, 0x31];
  const part = [0x08, 0x07];
  const records = [
    { value: framed(3, Buffer.from([0, ...payment])) },
    // [0] spelled out, [1], and the nested [0, 0].
    { value: framed(3, Buffer.from([2, 0, ...payment])) },
    { value: framed(3, Buffer.from([2, 2, ...part])) },
    { value: framed(3, Buffer.from([4, 0, 0, ...part])) },
    { value: framed(3, Buffer.from([2, 4, ...part])) },
    { value: framed(3, Buffer.from([2])) },
    { value: framed(3, Buffer.alloc(0)) },
    { value: framed(3, Buffer.from([1, 0])) },
    { value: framed(3, Buffer.from([0, 0x0a, 0x03, 0x70])) },
  ];
  expect(reasons(check(guard, "payments", records))).toEqual([
    "4 value invalid-message-index",
    "5 value invalid-framing",
    "6 value invalid-framing",
    "7 value invalid-framing",
    "8 value invalid-payload",
  ]);
});

test("keys are checked on their own", async () => {
  const { guard, registry } = await testGuard(
    settings({ validation: "none" }, { key: { ...NONE, validation: "id" } }),
  );
  const records = [{ key: framed(1, ORDER_PAYLOAD), value: Buffer.from("anything") }, { value: null }];
  expect(reasons(check(guard, "orders", records))).toEqual(["0 key schema-not-registered"]);
  await registry.register("orders-key", { schema: ORDER });
  expect(reasons(check(guard, "orders", records))).toEqual([]);
});

test("the record's name chooses the subject when the strategy says so", async () => {
  const records = [{ value: framed(1, ORDER_PAYLOAD) }, { value: framed(3, Buffer.from([2, 2])) }];
  const byName = await testGuard(settings({ validation: "id", strategy: "RecordName" }));
  expect(reasons(check(byName.guard, "mixed", records))).toHaveLength(2);
  await byName.registry.register("shop.Order", { schema: ORDER });
  await byName.registry.register("shop.Payout", { schema: PROTO, schemaType: "PROTOBUF" });
  expect(reasons(check(byName.guard, "mixed", records))).toEqual([]);

  const byBoth = await testGuard(settings({ validation: "id", strategy: "TopicRecordName" }));
  await byBoth.registry.register("mixed-shop.Order", { schema: ORDER });
  expect(reasons(check(byBoth.guard, "mixed", records))).toEqual(["1 value schema-not-registered"]);
});

test("a header may carry the id or the GUID, and the last one counts", async () => {
  const { guard, registry } = await testGuard(settings({ validation: "full" }));
  const guid = (id: number) =>
    Buffer.from(`01${registry.reader.schemaById(id).guid.replaceAll("-", "")}`, "hex");
  const header = (value: Buffer) => ({ key: "__value_schema_id", value });
  const unknown = Buffer.concat([Buffer.of(1), Buffer.alloc(16)]);
  const payout = Buffer.from([0x08, 0x07]);
  expect(
    reasons(
      check(guard, "orders", [
        { value: ORDER_PAYLOAD, headers: [header(guid(1))] },
        { value: ORDER_PAYLOAD, headers: [header(framed(1, Buffer.alloc(0)))] },
        { value: ORDER_PAYLOAD, headers: [header(unknown), header(guid(1))] },
        { value: ORDER_PAYLOAD, headers: [header(guid(1)), header(unknown)] },
        { value: framed(1, ORDER_PAYLOAD), headers: [header(guid(1))] },
        { value: framed(1, ORDER_PAYLOAD), headers: [{ key: "other", value: unknown }] },
        { value: ORDER_PAYLOAD, headers: [header(Buffer.of(7))] },
      ]),
    ),
  ).toEqual(["3 value unknown-schema-id", "4 value invalid-payload", "6 value invalid-framing"]);
  expect(
    reasons(
      check(guard, "payments", [
        { value: payout, headers: [header(Buffer.concat([guid(3), Buffer.from([2, 2])]))] },
        { value: payout, headers: [header(guid(3))] },
      ]),
    ),
  ).toEqual(["1 value invalid-framing"]);
});

test("a topic's context says whose ids and subjects count, by prefix, header and GUID", async () => {
  const { guard, registry } = await testGuard(settings({ validation: "full", context: ".lab" }));
  const records = [{ value: framed(1, ORDER_PAYLOAD) }];
  const [fault] = check(guard, "orders", records) as RecordFault[];
  expect(fault!.message).toContain("Schema id 1 is not in the context .lab of the registry");
  // The same id means another schema there, and the same schema has another id.
  await registry.register(":.lab:refunds-value", { schema: REFUND });
  const { schema } = await registry.register(":.lab:orders-value", { schema: ORDER });
  const header = (value: Buffer) => ({ key: "__value_schema_id", value });
  const guid = Buffer.from(`01${schema.guid.replaceAll("-", "")}`, "hex");
  expect(reasons(check(guard, "orders", records))).toEqual(["0 value schema-not-registered"]);
  expect(
    reasons(
      check(guard, "orders", [
        { value: framed(2, ORDER_PAYLOAD) },
        { value: ORDER_PAYLOAD, headers: [header(guid)] },
        { value: ORDER_PAYLOAD, headers: [header(framed(2, Buffer.alloc(0)))] },
      ]),
    ),
  ).toEqual([]);
  const { guard: elsewhere } = await testGuard(settings({ validation: "full", context: ".none" }));
  expect(reasons(check(elsewhere, "orders", records))).toEqual(["0 value unknown-schema-id"]);
});

test("soft-deleted schemas are accepted, permanently deleted ones are not", async () => {
  const { guard, registry } = await testGuard(settings({ validation: "id" }));
  const records = [{ value: framed(1, ORDER_PAYLOAD) }];
  expect(reasons(check(guard, "orders", records))).toEqual([]);
  await registry.deleteSubject("orders-value");
  expect(reasons(check(guard, "orders", records))).toEqual([]);
  await registry.deleteSubject("orders-value", true);
  expect(reasons(check(guard, "orders", records))).toEqual(["0 value unknown-schema-id"]);
});

test("changed settings hold from the next batch on", async () => {
  let current = settings({ validation: "id" });
  const { guard } = await testGuard(current, { settings: () => current });
  const records = [{ value: framed(1, Buffer.from("!")) }];
  expect(reasons(check(guard, "orders", records))).toEqual([]);
  current = settings({ validation: "full" });
  expect(reasons(check(guard, "orders", records))).toEqual(["0 value invalid-payload"]);
  current = settings({ validation: "id" });
  expect(reasons(check(guard, "orders", records))).toEqual([]);
});

test("faults are reported", async () => {
  const seen: string[] = [];
  const { guard } = await testGuard(settings({ validation: "id" }), {
    onFaults: (topic, faults) => seen.push(`${topic} ${reasons(faults)}`),
  });
  const expected = ["0 value invalid-framing"];
  expect(reasons(check(guard, "orders", [{ value: Buffer.from("x") }]))).toEqual(expected);
  expect(seen).toEqual(["orders 0 value invalid-framing"]);
});

test("what the registry does not know yet is asked for once", async () => {
  let asked = 0;
  const topicSettings = settings({ validation: "id" });
  const { guard, registry } = await testGuard(topicSettings, {
    catchUp: async () => {
      asked++;
      await registry.register("late-value", { schema: '"string"' });
    },
  });
  const late = check(guard, "late", [{ value: framed(4, Buffer.of(0)) }]);
  expect(await late).toEqual([]);
  expect(asked).toBe(1);
  expect(reasons(check(guard, "late", [{ value: framed(4, Buffer.of(0)) }]))).toEqual([]);
  expect(reasons(check(guard, "late", [{ value: Buffer.from("x") }]))).toEqual(["0 value invalid-framing"]);
  expect(asked).toBe(1);
});

test("a registry that cannot be asked closes the topic, retriably", async () => {
  const { guard } = await testGuard(settings({ validation: "id" }), {
    catchUp: () => Promise.reject(new Error("down")),
  });
  await expect(check(guard, "orders", [{ value: framed(9, ORDER_PAYLOAD) }])).rejects.toMatchObject({
    name: "GuardUnavailableError",
    retriable: true,
  });
});

test("whatever bytes a record holds, the guard answers with faults and never throws", async () => {
  const { guard } = await testGuard(
    settings({ validation: "full" }, { key: { ...NONE, validation: "full" } }),
  );
  const id = fc.integer({ min: 0, max: 4 });
  const bytes = fc.uint8Array({ maxLength: 30 });
  const part = fc.oneof(
    fc.constant(null),
    bytes,
    fc.tuple(id, bytes).map(([schemaId, payload]) => framed(schemaId, payload)),
  );
  const header = fc.record({
    key: fc.constantFrom("__value_schema_id", "__key_schema_id", "x"),
    value: part,
  });
  const record = fc.record({ key: part, value: part, headers: fc.array(header, { maxLength: 3 }) });
  fc.assert(
    fc.property(
      fc.array(record, { minLength: 1, maxLength: 5 }),
      fc.constantFrom("orders", "payments"),
      (records, topic) => {
        for (const fault of check(guard, topic, records) as RecordFault[]) {
          expect(fault.index).toBeLessThan(records.length);
          expect(fault.message).not.toBe("");
        }
      },
    ),
  );
});

test("control batches pass", async () => {
  const { guard } = await testGuard(settings({ validation: "full" }));
  const bytes = encodeRecordBatch([{ key: Buffer.alloc(4), value: Buffer.alloc(6) }], { isControl: true });
  expect(guard.check(guarded("orders", bytes))).toEqual([]);
});
