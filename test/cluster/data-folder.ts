import { Letterpress, type TopicPartitionOffset } from "@letterpress/client";
import type { PartitionLog } from "@letterpress/log";
import { batchOf } from "@letterpress/log/testing";
import { type LetterpressServer, startServer } from "@letterpress/server";
import { CompressionTypes, Kafka, logLevel } from "kafkajs";
import { waitFor } from "../support/wait-for.ts";

export const SUBJECT = "orders-value";
export const GROUP = "billing";
/** The producer of a batch that is sent again after the move. */
export const PRODUCER = { producerId: 900_000n, producerEpoch: 0, baseSequence: 0 };
export const ORDERS_COMMITTED = 40;
const ORDERS = 120;
const SEGMENT_BYTES = 16 * 1024;

/** What clients see of the partitions of some topics, and of the registry. */
export interface Seen {
  /** By partition, as `topic-0`: the offset, key and value of each record. */
  readonly records: Readonly<Record<string, readonly string[]>>;
  /** The earliest and the latest offset of each partition. */
  readonly offsets: Readonly<Record<string, readonly [bigint, bigint]>>;
  readonly topicIds: Readonly<Record<string, string | undefined>>;
  readonly configs: Readonly<Record<string, string>>;
  readonly schemas: unknown;
  readonly committed: readonly TopicPartitionOffset[];
}

const TOPICS: Readonly<
  Record<string, { readonly partitions: number; readonly configs: Record<string, string> }>
> = {
  orders: { partitions: 3, configs: { "retention.ms": "864000000" } },
  prices: {
    partitions: 2,
    configs: { "cleanup.policy": "compact", "segment.bytes": String(SEGMENT_BYTES) },
  },
  audit: { partitions: 1, configs: { "segment.bytes": String(SEGMENT_BYTES) } },
  emptied: { partitions: 1, configs: {} },
  unused: { partitions: 2, configs: {} },
};

/** A server alone, on a data folder. */
export function startAlone(data: string): Promise<LetterpressServer> {
  return startServer({
    data,
    kafka: "127.0.0.1:0",
    http: "127.0.0.1:0",
    log: { level: "silent" },
    broker: { "offsets.topic.num.partitions": "4", "log.retention.check.interval.ms": "50" },
  });
}

/** Fills a folder with what several clients do: keyed, compressed, compacted and trimmed topics, a group, schemas. */
export async function fillServer(server: LetterpressServer): Promise<void> {
  for (const [name, { partitions, configs }] of Object.entries(TOPICS)) {
    const entries = Object.entries(configs).map(([key, value]) => ({ name: key, value }));
    await server.broker.createTopic({ name, partitions, configs: entries });
  }
  await register(server, '{"type":"record","name":"Order","fields":[{"name":"id","type":"string"}]}');
  await register(
    server,
    '{"type":"record","name":"Order","fields":[{"name":"id","type":"string"},{"name":"note","type":"string","default":""}]}',
  );
  const kafka = new Kafka({ brokers: [server.kafka], logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  for (let number = 0; number < ORDERS; number += 4) {
    const messages = [0, 1, 2, 3].map((each) => ({
      key: `o${(number + each) % 17}`,
      value: `order ${number + each}`,
    }));
    const compression = number % 8 === 0 ? CompressionTypes.GZIP : CompressionTypes.None;
    await producer.send({ topic: "orders", messages, compression });
  }
  for (let round = 0; round < 200; round++) {
    const messages = [{ key: `k${round % 5}`, value: `${round} `.repeat(150) }];
    await producer.send({ topic: "prices", messages });
    await producer.send({ topic: "audit", messages });
  }
  await producer.send({ topic: "emptied", messages: [{ value: "a" }, { value: "b" }] });
  await producer.disconnect();
  await logOf(server, "audit").append(batchOf(["sent again later"], Date.now(), PRODUCER));
  await consumeSome(kafka, ORDERS_COMMITTED);
  await using client = new Letterpress({ brokers: [server.kafka] });
  await client.admin().topics.deleteRecords([
    { topic: "audit", partition: 0, offset: 150n },
    { topic: "emptied", partition: 0, offset: 2n },
  ]);
  await waitFor("prices to be compacted", async () => {
    const logs = [0, 1].map((index) => logOf(server, "prices", index));
    const counts = await Promise.all(logs.map(batchCount));
    return counts.every((count, index) => count < Number(logs[index]!.endOffset) / 2);
  });
}

export function logOf({ broker }: LetterpressServer, topic: string, index = 0): PartitionLog {
  return broker.partition(topic, index)!.log;
}

/** What a client that asks the brokers sees of everything. */
export async function see(servers: readonly LetterpressServer[]): Promise<Seen> {
  const [{ broker, http }] = servers as readonly [LetterpressServer];
  await using client = new Letterpress({ brokers: servers.map(({ kafka }) => kafka) });
  const admin = client.admin();
  const partitions = Object.entries(TOPICS).flatMap(([topic, { partitions: count }]) =>
    Array.from({ length: count }, (_, partition) => ({ topic, partition })),
  );
  const earliest = await admin.topics.listOffsets(partitions, "earliest");
  const latest = await admin.topics.listOffsets(partitions, "latest");
  const configs = Object.keys(TOPICS).map(async (topic) => {
    const entries = await admin.configs.describe({ topic });
    return [topic, entries.map(({ name, value }) => `${name}=${value}`).join()] as const;
  });
  const offsets = Object.fromEntries(
    partitions.map(({ topic, partition }, index) => [
      `${topic}-${partition}`,
      [earliest[index]!.offset, latest[index]!.offset] as const,
    ]),
  );
  return {
    records: await readAll(client, offsets),
    offsets,
    topicIds: Object.fromEntries(Object.keys(TOPICS).map((name) => [name, broker.topics.get(name)?.id])),
    configs: Object.fromEntries(await Promise.all(configs)),
    schemas: await Promise.all(
      [1, 2].map(async (id) => (await fetch(`${http}/schemas/ids/${id}/versions`)).json()),
    ),
    committed: await admin.groups.fetchOffsets(GROUP, partitions),
  };
}

/** Goes on with the group until so many records came; returns their offsets by partition, in the order they came. */
export async function consumeSome(kafka: Kafka, count: number): Promise<string[]> {
  const consumer = kafka.consumer({ groupId: GROUP, sessionTimeout: 10_000, retry: { retries: 20 } });
  const seen: string[] = [];
  await consumer.connect();
  await consumer.subscribe({ topics: ["orders"], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ topic, partition, message }) => {
      if (seen.length === count) return;
      seen.push(`${partition}/${message.offset}`);
      await consumer.commitOffsets([{ topic, partition, offset: String(Number(message.offset) + 1) }]);
    },
  });
  await waitFor(`${count} records to be consumed`, () => seen.length === count, 30_000);
  await consumer.disconnect();
  return seen;
}

export const ORDERS_LEFT = ORDERS - ORDERS_COMMITTED;

async function readAll(client: Letterpress, offsets: Seen["offsets"]): Promise<Seen["records"]> {
  const records: Record<string, string[]> = {};
  for (const [name, [start, end]] of Object.entries(offsets)) {
    const at = name.lastIndexOf("-");
    const [topic, partition] = [name.slice(0, at), Number(name.slice(at + 1))];
    const found: string[] = [];
    records[name] = found;
    if (start === end) continue;
    await using consumer = client.consumer({ signal: AbortSignal.timeout(30_000) });
    await consumer.assign([{ topic, partition, offset: start }]);
    for await (const { offset, key, value } of consumer) {
      found.push(`${offset} ${key} ${value}`);
      // The last record of every partition is there, compacted or not.
      if (offset === end - 1n) break;
    }
  }
  return records;
}

async function register({ http }: LetterpressServer, schema: string): Promise<void> {
  const response = await fetch(`${http}/subjects/${SUBJECT}/versions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ schema }),
  });
  if (!response.ok) throw new Error(await response.text());
}

async function batchCount(log: PartitionLog): Promise<number> {
  let count = 0;
  for await (const _ of log.headers()) count++;
  return count;
}
