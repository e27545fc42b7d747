import { type Consumer, Letterpress } from "@letterpress/client";
import { startServer } from "@letterpress/server";
import { expect, test } from "vitest";
import { waitFor } from "../support/wait-for.ts";

const TOPIC = "t";
const PARTITIONS = 6;
/** 12 in every test run; `LETTERPRESS_CHANGES=300 npx vitest run test/reliability` before a release. */
const CHANGES = Number(process.env.LETTERPRESS_CHANGES ?? 12);

/** A member with a client of its own, that notes what it consumes. */
class Member {
  readonly consumer: Consumer;
  readonly #client: Letterpress;
  readonly #running: Promise<void>;

  constructor(address: string, assignor: "cooperative-sticky" | "range", seen: string[]) {
    this.#client = new Letterpress({ brokers: [address] });
    this.consumer = this.#client.consumer({
      group: "g",
      topics: [TOPIC],
      assignors: [assignor],
      heartbeatIntervalMs: 50,
    });
    this.#running = this.#run(seen);
  }

  async leave(): Promise<void> {
    await this.consumer.close();
    await this.#running;
    await this.#client.close();
  }

  async #run(seen: string[]): Promise<void> {
    for await (const { partition, offset } of this.consumer) seen.push(`${partition}:${offset}`);
  }
}

test.each(["cooperative-sticky", "range"] as const)(
  `${CHANGES} members come and go while records arrive: with %s each is consumed, and only once`,
  { timeout: 30_000 + CHANGES * 2_000 },
  async (assignor) => {
    await using server = await startServer({
      kafka: "127.0.0.1:0",
      http: "127.0.0.1:0",
      log: { level: "silent" },
    });
    await using client = new Letterpress({ brokers: [server.kafka] });
    await client.admin().topics.create([{ name: TOPIC, partitions: PARTITIONS }]);
    await using producer = client.producer();
    const seen: string[] = [];
    const members: Member[] = [];
    let sent = 0;
    const send = async (): Promise<void> => {
      const records = Array.from({ length: 30 }, (_, index) => ({
        value: "",
        partition: index % PARTITIONS,
      }));
      await producer.sendBatch(TOPIC, records);
      sent += records.length;
    };
    for (let change = 0; change < CHANGES; change++) {
      if (change % 3 === 2) await members.splice(change % members.length, 1)[0]!.leave();
      else members.push(new Member(server.kafka, assignor, seen));
      const before = seen.length;
      await waitFor("the group goes on", async () => {
        await send();
        return seen.length > before;
      });
    }
    await waitFor("everything is consumed", () => new Set(seen).size === sent);
    // Nobody crashed, so that at-least-once is exactly once: whoever gave a partition up had committed it.
    expect(seen).toHaveLength(sent);
    const owned = members.flatMap(({ consumer }) => consumer.assignment());
    expect(owned.length).toBeLessThanOrEqual(PARTITIONS);
    await Promise.all(members.map((member) => member.leave()));
  },
);
