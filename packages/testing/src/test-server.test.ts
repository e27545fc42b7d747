import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startTestServer } from "./test-server.ts";

test.each(["memory", "temporary-folder"] as const)(
  "records go in and come out, kept in %s",
  async (storage) => {
    await using letterpress = await startTestServer({ storage });
    const client = letterpress.client({ allowAutoTopicCreation: true });
    await client.producer().send({ topic: "greetings", key: "k", value: "hello" });
    for await (const record of client.consumer({ topics: ["greetings"], group: "g" })) {
      expect(record.value?.toString()).toBe("hello");
      break;
    }
  },
);

test("a temporary folder is gone when the server is", async () => {
  const folders = async () =>
    (await readdir(tmpdir())).filter((name) => name.startsWith("letterpress-test-server-"));
  const before = await folders();
  const letterpress = await startTestServer({ storage: "temporary-folder" });
  expect((await folders()).length).toBe(before.length + 1);
  await letterpress.close();
  expect(await folders()).toEqual(before);
});

test("contracts are applied before the server is handed out", async () => {
  const folder = await mkdtemp(join(tmpdir(), "letterpress-testing-"));
  try {
    await writeFile(join(folder, "topics.yaml"), "topics:\n  notes: { value: note.avsc, partitions: 2 }\n");
    await writeFile(
      join(folder, "note.avsc"),
      '{"type":"record","name":"Note","fields":[{"name":"text","type":"string"}]}',
    );
    await using letterpress = await startTestServer({ contracts: join(folder, "topics.yaml") });
    const client = letterpress.client();
    const [topic] = await client.admin().topics.describe(["notes"]);
    expect(topic?.partitions).toHaveLength(2);
    await expect(client.producer().send({ topic: "notes", value: "no note" })).rejects.toMatchObject({
      code: "RECORD_REJECTED",
      records: [{ index: 0, message: expect.stringContaining("names no schema") }],
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
