import { spawn, spawnSync } from "node:child_process";
import { startTestServer, type TestServer } from "@letterpress/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const isInstalled = spawnSync("kcat", ["-V"]).status === 0;
if (!isInstalled) console.log("kcat is not installed (apt-get install kcat): its interop tests are skipped");

describe.skipIf(!isInstalled)("kcat", () => {
  let letterpress: TestServer;
  beforeAll(async () => {
    letterpress = await startTestServer({ storage: "temporary-folder" });
  });
  afterAll(() => letterpress.close());

  function kcat(args: readonly string[], input = ""): Promise<string> {
    return new Promise((resolve, reject) => {
      const child = spawn("kcat", ["-b", letterpress.kafka, ...args]);
      let output = "";
      let errors = "";
      child.stdout.on("data", (chunk) => {
        output += chunk;
      });
      child.stderr.on("data", (chunk) => {
        errors += chunk;
      });
      child.on("error", reject);
      child.on("exit", (code) =>
        code === 0 ? resolve(output) : reject(new Error(`kcat ended with ${code}: ${errors}`)),
      );
      child.stdin.end(input);
    });
  }

  test("lists the broker and its topics", async () => {
    await letterpress
      .client()
      .admin()
      .topics.create([{ name: "listed", partitions: 2 }]);
    const listing = await kcat(["-L"]);
    expect(listing).toContain('topic "listed" with 2 partitions');
    expect(listing).toContain(letterpress.kafka);
  });

  test.each(["none", "gzip", "snappy", "lz4", "zstd"])(
    "records go both ways with compression %s",
    async (codec) => {
      const topic = `kcat-${codec}`;
      const lines = Array.from({ length: 300 }, (_, number) => `key${number % 7}:value ${number}`);
      await kcat(
        ["-P", "-t", topic, "-K", ":", "-z", codec, "-X", "enable.idempotence=true"],
        `${lines.join("\n")}\n`,
      );
      const client = letterpress.client();
      const values: string[] = [];
      for await (const { key, value } of client.consumer({ topics: [topic], group: "sdk" })) {
        values.push(`${key}:${value}`);
        if (values.length === lines.length) break;
      }
      expect(values).toEqual(lines);
      await client
        .producer({ compression: codec as "none" })
        .send({ topic, key: "ours", value: "from the SDK" });
      expect((await kcat(["-C", "-t", topic, "-o", "-1", "-e", "-q", "-f", "%k=%s\n"])).trim()).toBe(
        "ours=from the SDK",
      );
    },
  );

  test("consumes as a member of a group", async () => {
    const producer = letterpress.client({ allowAutoTopicCreation: true }).producer();
    await producer.sendBatch(
      "grouped",
      Array.from({ length: 50 }, (_, number) => ({ value: String(number) })),
    );
    const first = await kcat(["-G", "kcat-group", "-e", "-q", "-X", "auto.offset.reset=earliest", "grouped"]);
    expect(first.trim().split("\n")).toHaveLength(50);
    const second = await kcat([
      "-G",
      "kcat-group",
      "-e",
      "-q",
      "-X",
      "auto.offset.reset=earliest",
      "grouped",
    ]);
    expect(second.trim()).toBe("");
  });
});
