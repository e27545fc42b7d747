import {
  avroSerde,
  fieldKey,
  Letterpress,
  type TopicContract,
  TypedConsumer,
  TypedProducer,
} from "@letterpress/client";
import { type BenchClient, type ClientTarget, groupName, keyOf, recordsFrom } from "./bench-client.ts";

interface Order {
  readonly id: string;
  readonly customer: string;
  readonly cents: bigint;
  readonly note: string;
}

const SCHEMA = `{"type":"record","name":"Order","namespace":"bench","fields":[
  {"name":"id","type":"string"},{"name":"customer","type":"string"},{"name":"cents","type":"long"},
  {"name":"note","type":"string"}]}`;
const CUSTOMER = "customer-0123456789";
/** The framing and the other fields. */
const BYTES_BEFORE_NOTE = 5 + 11 + 20 + 3;
/** Up to this length a string's length takes one byte in front of it, and beyond it two. */
const SHORT_NOTE_MAX = 63;

/** The SDK by a contract: Avro behind its schema id, of the size that the others send as bytes. */
export async function letterpressTyped(target: ClientTarget): Promise<BenchClient> {
  const { kafka, http, topic, valueBytes } = target;
  const client = new Letterpress({ brokers: [kafka], registry: http });
  const contract: TopicContract<string, Order> = {
    topic,
    key: fieldKey("id", "text", (order: Order) => order.id),
    value: avroSerde<Order>({ format: "AVRO", text: SCHEMA, references: [] }),
    partitions: 6,
    partitioner: "murmur2",
    subjectNameStrategy: "TopicName",
  };
  const producer = new TypedProducer(client, contract, { autoRegister: true });
  const noteBytes = valueBytes - BYTES_BEFORE_NOTE;
  const note = "x".repeat(noteBytes - (noteBytes - 1 <= SHORT_NOTE_MAX ? 1 : 2));
  const order = (sequence: number): Order => ({
    id: keyOf(sequence),
    customer: CUSTOMER,
    cents: 123_456n,
    note,
  });
  return {
    send: (sequence) => producer.send(order(sequence)),
    sendBatch: (first, count) => producer.sendBatch(recordsFrom(first, count, order)),
    async consume(onRecord) {
      for await (const { value } of new TypedConsumer(client, contract, { group: groupName() })) {
        const isWhole = value.customer === CUSTOMER && value.note.length === note.length;
        if (!onRecord(Number(value.id), isWhole ? valueBytes : -1)) break;
      }
    },
  };
}
