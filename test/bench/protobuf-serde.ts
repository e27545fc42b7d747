/**
 * What the generated code is worth: nanoseconds per message for the serde and for protobuf-es alone, on an order of ten
 * fields, interleaved, medians. Run with
 * `node --conditions=@letterpress/source test/bench/protobuf-serde.ts`.
 */
import { create, fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import type { GenMessage } from "@bufbuild/protobuf/codegenv2";
import { parseProtobuf, protobufSerde } from "@letterpress/schema";

const ROUNDS = 15;
const MESSAGES_PER_ROUND = 100_000;

const schema = {
  format: "PROTOBUF",
  text: `syntax = "proto3"; package shop;
    message Order { string id = 1; string customer = 2; int64 placed_at = 3; double total = 4; Currency currency = 5;
      bool gift = 6; repeated Line lines = 7; map<string, string> labels = 8; optional string note = 9; int32 priority = 10; }
    message Line { string sku = 1; int32 quantity = 2; }
    enum Currency { CURRENCY_UNSPECIFIED = 0; EUR = 1; }`,
  references: [],
} as const;
const descriptor = parseProtobuf(schema).messageAt([0])! as unknown as GenMessage<Message>;
const order = {
  id: "o-123456789",
  customer: "customer-0042",
  placedAt: 1_764_000_000_000n,
  total: 119.9,
  currency: 1,
  gift: true,
  lines: [
    { sku: "sku-1", quantity: 2 },
    { sku: "sku-2", quantity: 1 },
  ],
  labels: { channel: "web" },
  note: "leave it at the door",
  priority: 3,
} as never;

const serde = protobufSerde(descriptor, schema);
const decode = serde.decoder(schema);
const framed = serde.encode(1, order);
const payload = Buffer.from(toBinary(descriptor, create(descriptor, order)));
const headerBytes = framed.length - payload.length;

/** Each as the serde does it, and as protobuf-es does. */
const tasks: Record<string, readonly [() => unknown, () => unknown]> = {
  encode: [() => serde.encode(1, order), () => toBinary(descriptor, create(descriptor, order))],
  decode: [() => decode(framed, headerBytes, framed.length), () => fromBinary(descriptor, payload)],
};

/** Keeps results alive, so that no work is optimised away. */
let sink: unknown;

function nanoseconds(task: () => unknown): number {
  const startedMs = performance.now();
  for (let count = 0; count < MESSAGES_PER_ROUND; count++) sink = task();
  return ((performance.now() - startedMs) * 1e6) / MESSAGES_PER_ROUND;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;
}

console.log(`an order of ${payload.length} bytes, median of ${ROUNDS} rounds`);
for (const [name, [own, theirs]] of Object.entries(tasks)) {
  nanoseconds(own);
  nanoseconds(theirs);
  const ownTimes: number[] = [];
  const theirTimes: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    if (round % 2 === 0) ownTimes.push(nanoseconds(own));
    theirTimes.push(nanoseconds(theirs));
    if (round % 2 === 1) ownTimes.push(nanoseconds(own));
  }
  const ratio = median(ownTimes.map((time, round) => theirTimes[round]! / time));
  const [ownNs, theirNs] = [median(ownTimes).toFixed(0), median(theirTimes).toFixed(0)];
  console.log(`${name}: ${ownNs} ns, protobuf-es ${theirNs} ns, ${ratio.toFixed(1)} times as fast`);
}
if (sink === undefined) throw new Error("the last task gave nothing");
