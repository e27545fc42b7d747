/**
 * Captures the golden frames: real clients talk to a real Apache Kafka through a recording proxy.
 *
 *     node --conditions=@letterpress/source packages/protocol/scripts/capture-fixtures.ts \
 *       UPSTREAM_PORT LISTEN_PORT KAFKA_LIBS_FOLDER
 *
 * The broker listens on UPSTREAM_PORT of the loopback address, advertises LISTEN_PORT, and is freshly formatted.
 */
import { writeFile } from "node:fs/promises";
import { GroupMetadataKey } from "@letterpress/protocol";
import {
  type InternalRecord,
  readInternalTopic,
  runJavaTools,
  runLibrdkafka,
} from "./capture-command-line-clients.ts";
import { runKafkajs, runPlatformatic } from "./capture-node-clients.ts";
import { RecordingProxy } from "./recording-proxy.ts";

/** How many versions of each API the Java client is captured in. */
const JAVA_VERSIONS = 8;
const FIXTURES = new URL("../fixtures/", import.meta.url);

const [upstreamPort, listenPort, libs] = process.argv.slice(2);
if (upstreamPort === undefined || listenPort === undefined || libs === undefined) {
  throw new Error("usage: capture-fixtures.ts UPSTREAM_PORT LISTEN_PORT KAFKA_LIBS_FOLDER");
}
const address = `127.0.0.1:${listenPort}`;
const proxy = new RecordingProxy(Number(upstreamPort));
await proxy.listen(Number(listenPort));

const clients: readonly (readonly [name: string, run: () => Promise<void>])[] = [
  ["kafkajs", () => runKafkajs(address)],
  ["platformatic", () => runPlatformatic(address)],
  ["librdkafka", () => runLibrdkafka(address)],
  ["java", runJavaInManyVersions],
];
for (const [name, run] of clients) {
  proxy.client = name;
  await run().catch((error) => console.error(`${name} stopped early:`, error));
}
for (const [client, exchanges] of Map.groupBy(proxy.exchanges(), ({ client }) => client)) {
  exchanges.sort((a, b) => a.api.localeCompare(b.api) || a.version - b.version);
  await save(
    `frames/${client}`,
    exchanges.map(({ api, version, request, response }) => ({
      api,
      version,
      request: request.toString("base64"),
      response: response.toString("base64"),
    })),
  );
}
for (const topic of ["__consumer_offsets", "__transaction_state"]) {
  const records = await readInternalTopic(`127.0.0.1:${upstreamPort}`, topic);
  const kinds = Map.groupBy(records, ({ key, value }) => `${key.readInt16BE()} ${value?.readInt16BE()}`);
  const examples = [...kinds.values()].map((alike) => alike.reduce(longer)).filter(isClassic);
  await save(
    `records/${topic}`,
    examples.map(({ key, value }) => ({
      key: key.toString("base64"),
      value: value?.toString("base64") ?? null,
    })),
  );
}
proxy.close();
process.exit();

/** The Java client speaks almost every version, if the broker offers no later one. */
async function runJavaInManyVersions(): Promise<void> {
  for (proxy.stepsDown = 0; proxy.stepsDown < JAVA_VERSIONS; proxy.stepsDown++) {
    await runJavaTools(address, libs!, `java-topic-${proxy.stepsDown}`);
  }
}

/** The longer of two values tells more: a group with members, a transaction with partitions. */
function longer(one: InternalRecord, other: InternalRecord): InternalRecord {
  return (other.value?.length ?? 0) > (one.value?.length ?? 0) ? other : one;
}

/** Keys of later versions are those of the consumer group protocol, which this package does not declare. */
function isClassic({ key }: InternalRecord): boolean {
  return key.readInt16BE() <= GroupMetadataKey.versions[1];
}

async function save(name: string, lines: readonly object[]): Promise<void> {
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  await writeFile(new URL(`${name}.jsonl`, FIXTURES), text);
  console.log(`${name}: ${lines.length} lines`);
}
