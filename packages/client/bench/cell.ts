// One measurement in a process of its own: node cell.ts CLIENT WORKLOAD BROKER TOPIC RECORDS VALUE_BYTES
import { CLIENTS, type ClientName } from "./clients.ts";

const [name, workload, broker, topic, recordsText, bytesText] = process.argv.slice(2) as [
  ClientName,
  "single" | "batch" | "consume",
  string,
  string,
  string,
  string,
];
const count = Number(recordsText);
const value = Buffer.alloc(Number(bytesText), 120);
const BATCH = 100;
const SINGLES_IN_FLIGHT = 64;
const BATCHES_IN_FLIGHT = 8;

const bench = await CLIENTS[name](broker, topic);

async function produceSingles(records: number): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < records) await bench.send(`key-${next++ % 1000}`, value);
  };
  await Promise.all(Array.from({ length: SINGLES_IN_FLIGHT }, worker));
}

async function produceBatches(records: number): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < records) {
      const first = next;
      next += BATCH;
      const batch = Array.from({ length: BATCH }, (_, index) => ({
        key: `key-${(first + index) % 1000}`,
        value,
      }));
      await bench.sendBatch(batch);
    }
  };
  await Promise.all(Array.from({ length: BATCHES_IN_FLIGHT }, worker));
}

if (workload !== "consume") await (workload === "single" ? produceSingles : produceBatches)(count / 10);
const cpu = process.cpuUsage();
const startedMs = performance.now();
if (workload === "single") await produceSingles(count);
else if (workload === "batch") await produceBatches(count);
else await bench.consume(count);
const seconds = (performance.now() - startedMs) / 1000;
const { user, system } = process.cpuUsage(cpu);
console.log(JSON.stringify({ perSecond: count / seconds, cpuMicros: (user + system) / count }));
await bench.close();
process.exit(0);
