import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Letterpress } from "@letterpress/client";
import { RegistryClient } from "@letterpress/registry/client";
import { expect, test } from "vitest";
import { startServerProcess } from "../support/server-process.ts";
import { waitFor } from "../support/wait-for.ts";

/** 2 in every test run; `LETTERPRESS_KILLS=100 npx vitest run test/reliability` before a release. */
const KILLS = Number(process.env.LETTERPRESS_KILLS ?? 2);
const CHANGES_PER_ROUND = 10;

/** What the server has acknowledged; a change under way at the kill may have happened or not. */
class Acknowledged {
  readonly topics = new Map<string, "there" | "gone" | "unknown">();
  readonly ids = new Map<string, number>();
  changes = 0;

  /** Makes topics, and deletes every other one again, until the server is gone. */
  async changeTopics(address: string, round: number): Promise<void> {
    await using client = new Letterpress({
      brokers: [address],
      requestTimeoutMs: 2_000,
      connectTimeoutMs: 500,
    });
    const { topics } = client.admin();
    for (let number = 0; ; number++) {
      const name = `t-${round}-${number}`;
      this.topics.set(name, "unknown");
      await topics.create([{ name, partitions: 2 }]);
      this.topics.set(name, "there");
      if (number % 2 === 1) {
        this.topics.set(name, "unknown");
        await topics.delete([name]);
        this.topics.set(name, "gone");
      }
      this.changes++;
    }
  }

  /** Registers schemas until the server is gone. */
  async changeSchemas(url: string, round: number): Promise<void> {
    const registry = new RegistryClient({ url });
    for (let number = 0; ; number++) {
      const subject = `s-${round}-${number}`;
      const text = JSON.stringify({ type: "record", name: `R${round}_${number}`, fields: [] });
      const { id } = await registry.register(subject, { format: "AVRO", text, references: [] });
      expect([...this.ids.values()]).not.toContain(id);
      this.ids.set(subject, id);
      this.changes++;
    }
  }
}

test(`${KILLS} kills while topics and schemas change: what was acknowledged is so afterwards`, {
  timeout: 60_000 + KILLS * 15_000,
}, async () => {
  const data = await mkdtemp(join(tmpdir(), "letterpress-changing-"));
  const acknowledged = new Acknowledged();
  let server = await startServerProcess({ data });
  try {
    for (let round = 0; round < KILLS; round++) {
      const target = acknowledged.changes + CHANGES_PER_ROUND;
      const work = Promise.allSettled([
        acknowledged.changeTopics(server.kafka, round),
        acknowledged.changeSchemas(server.http, round),
      ]);
      await waitFor("changes", () => acknowledged.changes >= target);
      await server.stop("SIGKILL");
      for (const result of await work) {
        const code = result.status === "rejected" ? result.reason.code : "none";
        expect(["CONNECTION_FAILED", "REQUEST_TIMEOUT", "UNREACHABLE"]).toContain(code);
      }
      server = await startServerProcess({ data });
    }
    await using client = new Letterpress({ brokers: [server.kafka] });
    const names = await client.admin().topics.list();
    for (const [name, expected] of acknowledged.topics) {
      if (expected !== "unknown") expect([name, names.includes(name)]).toEqual([name, expected === "there"]);
    }
    // Every topic that is there can be used, and no folder is left of those that are not.
    await using producer = client.producer();
    for (const topic of names.filter((name) => name.startsWith("t-"))) {
      await producer.sendBatch(topic, [
        { value: "", partition: 0 },
        { value: "", partition: 1 },
      ]);
    }
    const folders = (await readdir(data)).filter((name) => name.startsWith("t-"));
    expect(new Set(folders.map((name) => name.slice(0, name.lastIndexOf("-"))))).toEqual(
      new Set(names.filter((name) => name.startsWith("t-"))),
    );
    const registry = new RegistryClient({ url: server.http });
    for (const [subject, id] of acknowledged.ids) expect((await registry.latest(subject)).id).toBe(id);
  } finally {
    await server.stop("SIGKILL");
    await rm(data, { recursive: true, force: true });
  }
});
