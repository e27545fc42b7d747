import { readFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { Letterpress } from "@letterpress/client";
import { type LetterpressServer, startServer } from "@letterpress/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { waitFor } from "../support/wait-for.ts";
import { findNatsServer } from "./find-nats-server.ts";
import { NatsCluster } from "./nats-cluster.ts";

const found = findNatsServer();
const fixtures = join(import.meta.dirname, "../../packages/client/test/fixtures");
const httpTls = {
  certificate: join(fixtures, "localhost.cert.pem"),
  key: join(fixtures, "localhost.key.pem"),
};
const SCHEMA = JSON.stringify({ type: "record", name: "R", fields: [{ name: "id", type: "string" }] });
const AVRO_FRAME = 0;
/** How often a schema is registered on one broker and a record produced on another. */
const RACES = 15;

describe.skipIf(found.path === undefined)("the registry of several brokers", () => {
  let nats: NatsCluster;
  let brokers: LetterpressServer[] = [];

  beforeAll(async () => {
    nats = await NatsCluster.start(found.path!, 1);
    const start = (nodeId: number): Promise<LetterpressServer> =>
      startServer({
        cluster: { servers: nats.urls, replicas: 1, sessionMs: 5_000 },
        nodeId,
        kafka: "127.0.0.1:0",
        http: "localhost:0",
        httpTls,
        log: { level: "silent" },
        broker: { "offsets.topic.num.partitions": 3 },
      });
    brokers = [await start(1), await start(2)];
    const known = () => brokers.every(({ broker }) => broker.cluster.brokers().length === 2);
    await waitFor("the brokers to know each other", known);
  });
  afterAll(async () => {
    for (const broker of brokers) await broker.close();
    await nats?.[Symbol.asyncDispose]();
  });

  test("writes through any broker reach the one that leads it, over TLS", async () => {
    for (const { http } of brokers) expect(http).toMatch(/^https:/);
    const ids = [];
    for (const [at, broker] of brokers.entries()) ids.push(await register(broker, `tls-${at}-value`));
    expect(ids[1]).toBe(ids[0]);
    for (const broker of brokers) {
      await waitFor("both subjects to be known", async () => {
        const subjects = JSON.parse((await ask(broker, "GET", "/subjects")).text) as string[];
        return ["tls-0-value", "tls-1-value"].every((subject) => subjects.includes(subject));
      });
    }
  });

  test.each(["id", "full"])(
    "a schema that was registered a moment ago on one broker passes validation %s on the other",
    async (validation) => {
      await using client = new Letterpress({ brokers: brokers.map(({ kafka }) => kafka) });
      const topic = `raced-${validation}`;
      const configs = { "letterpress.value.schema.validation": validation };
      await client.admin().topics.create([{ name: topic, partitions: 2, configs }]);
      const producer = client.producer();
      for (let race = 0; race < RACES; race++) {
        const id = await register(brokers[race % 2]!, `${topic}-value`, `R${race}`);
        const value = Buffer.from([AVRO_FRAME, 0, 0, 0, 0, 4, 0x6f, 0x6b]);
        value.writeUInt32BE(id, 1);
        // One partition is led by each, so that one of the two has not been asked.
        const sent = [0, 1].map((partition) => producer.send({ topic, partition, value }));
        expect(await Promise.all(sent)).toHaveLength(2);
      }
      const unknown = Buffer.from([AVRO_FRAME, 0, 0xff, 0xff, 0xff, 0]);
      await expect(producer.send({ topic, partition: 0, value: unknown })).rejects.toMatchObject({
        code: "RECORD_REJECTED",
      });
    },
  );
});

/** Registers a schema of its own for each name; gives its id. */
async function register(broker: LetterpressServer, subject: string, name = "R"): Promise<number> {
  const compatibility = { compatibility: "NONE" };
  expect((await ask(broker, "PUT", `/config/${subject}`, compatibility)).status).toBe(200);
  const schema = SCHEMA.replace(`"R"`, JSON.stringify(name));
  const answer = await ask(broker, "POST", `/subjects/${subject}/versions`, { schema });
  expect(answer).toMatchObject({ status: 200 });
  return (JSON.parse(answer.text) as { id: number }).id;
}

interface Answer {
  readonly status: number | undefined;
  readonly text: string;
}

function ask({ http }: LetterpressServer, method: string, path: string, body?: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json" };
    const sent = request(
      http + path,
      { method, headers, ca: readFileSync(httpTls.certificate) },
      (answer) => {
        let text = "";
        answer.on("data", (chunk) => {
          text += chunk;
        });
        answer.on("end", () => resolve({ status: answer.statusCode, text }));
      },
    );
    sent.on("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
