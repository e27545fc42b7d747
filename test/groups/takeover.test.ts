import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { startTestServer } from "@letterpress/testing";
import { expect, test } from "vitest";
import { waitFor } from "../support/wait-for.ts";

const TOPIC = "six";
const PARTITIONS = 6;
const SESSION_TIMEOUT_MS = 6_000;

/** What a member process has said so far. */
class Member {
  readonly process: ChildProcess;
  assigned: number[] = [];
  readonly read: { readonly partition: number; readonly number: number }[] = [];

  constructor(broker: string) {
    const script = join(import.meta.dirname, "member.ts");
    const args = ["--conditions=@letterpress/source", script, broker, TOPIC, "takers"];
    this.process = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    createInterface({ input: this.process.stdout! }).on("line", (text) => {
      const line = JSON.parse(text);
      if ("assigned" in line) this.assigned = line.assigned;
      else this.read.push(line);
    });
  }
}

const all = [0, 1, 2, 3, 4, 5];

test("two members own disjoint halves; a killed one's partitions move within its session timeout, nothing is skipped", {
  timeout: 60_000,
}, async () => {
  await using letterpress = await startTestServer();
  const client = letterpress.client();
  await client.admin().topics.create([{ name: TOPIC, partitions: PARTITIONS }]);
  const members = [new Member(letterpress.kafka), new Member(letterpress.kafka)] as const;
  const [victim, survivor] = members;
  try {
    await waitFor("each member owns three partitions", () =>
      members.every(({ assigned }) => assigned.length === 3),
    );
    expect([...victim.assigned, ...survivor.assigned].sort()).toEqual(all);

    let sent = 0;
    const producer = client.producer();
    const send = async () => {
      await producer.sendBatch(
        TOPIC,
        all.map((partition) => ({ partition, value: String(sent) })),
      );
      sent++;
    };
    for (let round = 0; round < 50; round++) await send();
    await waitFor("both members read", () => members.every(({ read }) => read.length > 0));

    victim.process.kill("SIGKILL");
    const killedMs = performance.now();
    await waitFor("the survivor owns everything", async () => {
      await send();
      return survivor.assigned.length === PARTITIONS;
    });
    expect(performance.now() - killedMs).toBeLessThan(SESSION_TIMEOUT_MS + 1_000 + 1_000);

    const expected = PARTITIONS * sent;
    const seen = () =>
      new Set(members.flatMap(({ read }) => read.map(({ partition, number }) => `${partition}:${number}`)));
    await waitFor(`all ${expected} records are read`, () => seen().size === expected);
    for (const partition of all) {
      // At least once: what the victim had read and not committed comes again, but always in order.
      const numbers = survivor.read
        .filter((record) => record.partition === partition)
        .map(({ number }) => number);
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
      expect(new Set(numbers).size).toBe(numbers.length);
    }
  } finally {
    for (const { process } of members) process.kill("SIGKILL");
  }
});
