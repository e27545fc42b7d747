import { Letterpress } from "@letterpress/client";
import { expect, test } from "vitest";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";
import { waitFor } from "../support/wait-for.ts";
import { FaultyProxy } from "./faulty-proxy.ts";
import { NumberedWriter, storedNumbers } from "./numbered-records.ts";

const TOPIC = "numbers";
/** Faults last as long as it takes the client to notice: a little more than its timeout. */
const REQUEST_TIMEOUT_MS = 500;

/** 1 in every test run; `LETTERPRESS_FAULT_ROUNDS=50 npx vitest run test/reliability` before a release. */
const ROUNDS = Number(process.env.LETTERPRESS_FAULT_ROUNDS ?? 1);

test("whatever the network does, records are stored once, in order, and all are consumed", {
  timeout: 30_000 + ROUNDS * 15_000,
}, async () => {
  let server: ServerProcess | undefined;
  await using proxy = await FaultyProxy.start(() => server!.kafka);
  server = await startServerProcess({ args: ["--advertised", proxy.address] });
  try {
    const options = { requestTimeoutMs: REQUEST_TIMEOUT_MS, connectTimeoutMs: 1_000 };
    await using client = new Letterpress({ brokers: [proxy.address], ...options });
    await client.admin().topics.create([{ name: TOPIC, partitions: 1 }]);
    await using producer = client.producer({ deliveryTimeoutMs: 60_000 });
    const consumer = client.consumer({ group: "g", topics: [TOPIC], heartbeatIntervalMs: 200 });
    const consumed: number[] = [];
    const consuming = (async () => {
      for await (const { value } of consumer) consumed.push(Number(value));
    })();
    const writer = new NumberedWriter(producer, TOPIC);
    const progress = async (what: string): Promise<void> => {
      const [sent, read] = [writer.acknowledged.length, consumed.length];
      const goesOn = () => writer.acknowledged.length > sent + 20 && consumed.length > read + 20;
      await waitFor(`progress after ${what}`, goesOn, 20_000);
    };
    const pause = () => new Promise((resolve) => setTimeout(resolve, REQUEST_TIMEOUT_MS * 1.5));
    await progress("the start");
    for (let round = 0; round < ROUNDS; round++) {
      proxy.fault = "one-byte-answers";
      await progress("answers came byte by byte");
      for (const fault of ["no-answers", "nothing-passes"] as const) {
        proxy.fault = fault;
        await pause();
        proxy.fault = "none";
        await progress(fault);
      }
      proxy.cut();
      await progress("a cut");
      proxy.halfClose();
      await progress("a half-close");
      process.kill(server.pid, "SIGSTOP");
      await pause();
      process.kill(server.pid, "SIGCONT");
      await progress("the server stood still");
    }
    await writer.stop();
    expect(writer.failures).toEqual([]);
    const stored = await storedNumbers(client, TOPIC);
    expect(stored).toEqual(writer.acknowledged.toSorted((a, b) => a - b));
    await waitFor("all are consumed", () => new Set(consumed).size === stored.length);
    await consumer.close();
    await consuming;
  } finally {
    await server.stop("SIGKILL");
  }
});
