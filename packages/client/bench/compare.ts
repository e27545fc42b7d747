// Compares clients on one broker: npx node --conditions=@letterpress/source compare.ts HOST:PORT [ROUNDS]
import { execFileSync } from "node:child_process";
import { Letterpress } from "@letterpress/client";
import { CLIENTS, type ClientName } from "./clients.ts";

const [broker = "127.0.0.1:9092", roundsText = "5"] = process.argv.slice(2);
const names = Object.keys(CLIENTS) as ClientName[];
const workloads = [
  { name: "single", records: 60_000, valueBytes: 100 },
  { name: "batch", records: 100_000, valueBytes: 100 },
  { name: "batch", records: 60_000, valueBytes: 1024 },
  { name: "consume", records: 100_000, valueBytes: 100 },
  { name: "consume", records: 60_000, valueBytes: 1024 },
] as const;

interface Result {
  readonly perSecond: number;
  readonly cpuMicros: number;
}

function cell(client: ClientName, workload: (typeof workloads)[number], topic: string): Result {
  const args = [client, workload.name, broker, topic, String(workload.records), String(workload.valueBytes)];
  const script = new URL("./cell.ts", import.meta.url).pathname;
  const output = execFileSync(process.execPath, ["--conditions=@letterpress/source", script, ...args], {
    encoding: "utf8",
    timeout: 120_000,
  });
  return JSON.parse(output.trim().split("\n").at(-1)!) as Result;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

await using client = new Letterpress({ brokers: [broker] });
for (const workload of workloads) {
  const topic = `bench-${workload.name}-${workload.valueBytes}-${Date.now()}`;
  await client.admin().topics.create([{ name: topic, partitions: 6, replicationFactor: 1 }]);
  if (workload.name === "consume") {
    const producer = client.producer();
    for (let sent = 0; sent < workload.records; sent += 1000) {
      const value = Buffer.alloc(workload.valueBytes, 120);
      const records = Array.from({ length: 1000 }, (_, index) => ({ key: `key-${index}`, value }));
      await producer.sendBatch(topic, records);
    }
  }
  const results = new Map<ClientName, Result[]>(names.map((name) => [name, []]));
  for (let round = 0; round < Number(roundsText); round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      results.get(name)!.push(cell(name, workload, topic));
    }
  }
  const ours = results.get("letterpress")!;
  const line = names.map((name) => {
    const theirs = results.get(name)!;
    const ratio = median(theirs.map(({ perSecond }, round) => ours[round]!.perSecond / perSecond));
    const rate = Math.round(median(theirs.map(({ perSecond }) => perSecond)));
    const cpu = median(theirs.map(({ cpuMicros }) => cpuMicros)).toFixed(1);
    return `${name} ${rate}/s, ${cpu} us CPU, ratio ${ratio.toFixed(2)}`;
  });
  console.log(`${workload.name} ${workload.valueBytes} B: ${line.join("; ")}`);
}
