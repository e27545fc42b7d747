/**
 * Captures the golden frames: real clients talk to a real Apache Kafka through a recording proxy.
 *
 *     node --conditions=@letterpress/source packages/protocol/scripts/capture-fixtures.ts \
 *       UPSTREAM_PORT LISTEN_PORT KAFKA_LIBS_FOLDER
 *
 * The broker listens on UPSTREAM_PORT of the loopback address, advertises LISTEN_PORT, and is freshly formatted.
 */
import { writeFile } from "node:fs/promises";
import { runJavaTools, runLibrdkafka } from "./capture-command-line-clients.ts";
import { runKafkajs, runPlatformatic } from "./capture-node-clients.ts";
import { RecordingProxy } from "./recording-proxy.ts";

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
  ["java", () => runJavaTools(address, libs)],
];
for (const [name, run] of clients) {
  proxy.client = name;
  await run().catch((error) => console.error(`${name} stopped early:`, error));
}
for (const [client, exchanges] of Map.groupBy(proxy.exchanges(), ({ client }) => client)) {
  const lines = exchanges
    .sort((a, b) => a.api.localeCompare(b.api) || a.version - b.version)
    .map(({ api, version, request, response }) =>
      JSON.stringify({
        api,
        version,
        request: request.toString("base64"),
        response: response.toString("base64"),
      }),
    );
  await writeFile(new URL(`${client}.jsonl`, FIXTURES), `${lines.join("\n")}\n`);
  console.log(`${client}: ${lines.length} exchanges`);
}
proxy.close();
process.exit();
