/**
 * What the guard costs: batches checked per second as the broker checks them without a guard (CRC and structure), with
 * ids and with payloads validated, as ratios of the first. Run with
 * `node --conditions=@letterpress/source packages/server/src/guard/guard.bench.ts`.
 */
import { MemoryRegistryLog, Registry, RegistryState } from "@letterpress/registry";
import type { ValidationLevel } from "@letterpress/schema";
import {
  type CompressionName,
  encodeRecordBatch,
  readBatchHeader,
  verifyBatchCrc,
  verifyRecords,
} from "@letterpress/wire";
import { RegistryGuard } from "./registry-guard.ts";

const RECORDS = 1_000;
const ROUNDS = 9;
const BATCHES_PER_ROUND = 60;
const LEVELS: readonly ValidationLevel[] = ["none", "id", "full"];

const ORDER = `{"type":"record","name":"Order","namespace":"shop","fields":[
  {"name":"id","type":"string"},{"name":"customer","type":"string"},{"name":"cents","type":"long"},
  {"name":"note","type":["null","string"]},{"name":"tags","type":{"type":"array","items":"string"}}]}`;
const PAYMENT = `syntax = "proto3";
package shop;
message Payment { string id = 1; string customer = 2; int64 cents = 3; string note = 4; repeated string tags = 5; }`;

const TEXTS = [
  "o-123456789",
  "customer-0123456789-0123456789",
  "a note of some length",
  "one",
  "another tag",
];

/** About 90 bytes of the Avro record above. */
function avroPayload(): Buffer {
  const [id, customer, note, ...tags] = TEXTS.map((text) => [text.length * 2, ...Buffer.from(text)]);
  return Buffer.from([...id!, ...customer!, 0x9a, 0x05, 2, ...note!, tags.length * 2, ...tags.flat(), 0]);
}

/** The same as the Protobuf message above. */
function protobufPayload(): Buffer {
  const field = (number: number, text: string) => [(number << 3) | 2, text.length, ...Buffer.from(text)];
  const [id, customer, note, ...tags] = TEXTS as [string, string, string, ...string[]];
  const fields = [field(1, id), field(2, customer), [0x18, 0x9a, 0x05], field(4, note)];
  return Buffer.from([0, ...fields.flat(), ...tags.flatMap((tag) => field(5, tag))]);
}

function framed(id: number, payload: Buffer): Buffer {
  const bytes = Buffer.alloc(5 + payload.length);
  bytes.writeInt32BE(id, 1);
  payload.copy(bytes, 5);
  return bytes;
}

const state = new RegistryState();
const registry = new Registry({ state, log: new MemoryRegistryLog(state) });
const avro = await registry.register("avro-value", { schema: ORDER });
const protobuf = await registry.register("protobuf-value", { schema: PAYMENT, schemaType: "PROTOBUF" });
const values = {
  avro: framed(avro.schema.id, avroPayload()),
  protobuf: framed(protobuf.schema.id, protobufPayload()),
};

/** Seconds for a number of batches, checked as a broker checks them before it appends. */
function measure(guard: RegistryGuard, topic: string, bytes: Buffer): number {
  const startedMs = performance.now();
  for (let count = 0; count < BATCHES_PER_ROUND; count++) {
    const header = readBatchHeader(bytes);
    verifyBatchCrc(bytes, header);
    verifyRecords(bytes, header);
    if (!guard.guards(topic)) continue;
    const faults = guard.check({ topic, partition: 0, header, bytes });
    if (!Array.isArray(faults) || faults.length > 0) throw new Error("the benchmark's records are refused");
  }
  return (performance.now() - startedMs) / 1_000;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;
}

const guards = LEVELS.map((validation) => {
  const part = { validation, strategy: "TopicName" } as const;
  const settings = { key: { ...part, validation: "none" }, value: part, violation: "reject" } as const;
  return new RegistryGuard({ registry, settings: () => settings });
});

console.log(`${RECORDS} records of ${values.avro.length} bytes in a batch, median of ${ROUNDS} rounds`);
for (const topic of ["avro", "protobuf"] as const) {
  for (const compression of ["none", "lz4", "zstd"] satisfies CompressionName[]) {
    const records = Array.from({ length: RECORDS }, () => ({ value: values[topic] }));
    const bytes = encodeRecordBatch(records, { compression });
    for (const guard of guards) measure(guard, topic, bytes);
    const seconds = LEVELS.map((): number[] => []);
    for (let round = 0; round < ROUNDS; round++) {
      const order = round % 2 === 0 ? [0, 1, 2] : [2, 1, 0];
      for (const index of order) seconds[index]!.push(measure(guards[index]!, topic, bytes));
    }
    const ratios = seconds.map((times) => median(times.map((time, round) => seconds[0]![round]! / time)));
    const perSecond = (BATCHES_PER_ROUND * RECORDS) / median(seconds[0]!) / 1e6;
    console.log(
      `${topic} ${compression}: none ${perSecond.toFixed(1)} M records/s, ` +
        `id ${ratios[1]!.toFixed(2)}, full ${ratios[2]!.toFixed(2)}`,
    );
  }
}
