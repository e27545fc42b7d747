import { Letterpress } from "@letterpress/client";
import type { ClientCellInput, ClientCellResult } from "../cells/client.ts";
import { CLIENT_NAMES, type ClientName } from "../cells/clients/index.ts";
import { type BrokerReady, type ChildServer, startBroker } from "../harness/child-server.ts";
import type { Goal, Row } from "../harness/report.ts";
import { interleave } from "../harness/rounds.ts";
import { runCell } from "../harness/run-cell.ts";
import { openScratch } from "../harness/scratch.ts";
import { median } from "../harness/statistics.ts";
import { readLog } from "../harness/verify-log.ts";
import type { Benchmark, BenchmarkOptions } from "./benchmark.ts";

interface Workload {
  readonly kind: "single" | "batch" | "consume";
  readonly valueBytes: number;
  readonly records: number;
  /** The least that the SDK is to reach against the other client. */
  readonly goals: Readonly<Partial<Record<ClientName, number>>>;
}

const SINGLE_GOALS = { kafkajs: 2, "@platformatic/kafka": 1.1 };
const BATCH_GOALS = { kafkajs: 2.5, "@platformatic/kafka": 1.1 };
const CONSUME_GOALS = { kafkajs: 1.1, "@platformatic/kafka": 1.1 };
const WORKLOADS: readonly Workload[] = [
  { kind: "single", valueBytes: 100, records: 40_000, goals: SINGLE_GOALS },
  { kind: "single", valueBytes: 1024, records: 40_000, goals: SINGLE_GOALS },
  { kind: "batch", valueBytes: 100, records: 200_000, goals: BATCH_GOALS },
  { kind: "batch", valueBytes: 1024, records: 100_000, goals: BATCH_GOALS },
  { kind: "consume", valueBytes: 100, records: 1_000_000, goals: CONSUME_GOALS },
  { kind: "consume", valueBytes: 1024, records: 200_000, goals: CONSUME_GOALS },
];
const PARTITIONS = 6;

/** A broker with its data folder, and a client that administers it. */
interface Bench {
  readonly broker: ChildServer<BrokerReady>;
  readonly admin: Letterpress;
  readonly data: string;
}

export const clients: Benchmark = {
  name: "clients",
  async run(options) {
    const rows: Row[] = [];
    for (const workload of WORKLOADS) rows.push(...(await measure(workload, options)));
    return {
      name: "clients",
      title: "SDK against other clients",
      note:
        "Records per second and CPU per record on our broker (`--flush os`, so that clients are measured and not the " +
        "disk), 6 partitions, acks from all. Singles: 64 sends in flight. Batches: 100 records a call, 8 calls in " +
        "flight. Consuming: record by record, in a group. The ratio is the SDK's rate to the other's; the typed SDK's " +
        "(Avro by a contract, against bytes) is its rate to the raw SDK's. The SDK's producer is idempotent, the others' are not.",
      rows,
    };
  },
};

async function measure(workload: Workload, options: BenchmarkOptions): Promise<Row[]> {
  const { kind, valueBytes } = workload;
  const records = Math.ceil(workload.records * options.scale);
  const sized = { ...workload, records };
  using scratch = openScratch();
  await using broker = await startBroker(scratch.folder, ["--flush", "os"]);
  await using admin = new Letterpress({ brokers: [broker.ready.kafka] });
  const bench = { broker, admin, data: scratch.folder };
  options.progress(`clients: ${kind} ${valueBytes} B`);
  const measureClient = kind === "consume" ? await prepareConsuming(bench, sized) : producing(bench, sized);
  const results = await interleave(
    CLIENT_NAMES.map((name) => ({ name, measure: () => measureClient(name) })),
    options.rounds,
  );
  return CLIENT_NAMES.map((name) => row(workload, name, results));
}

function producing(bench: Bench, workload: Workload): (client: ClientName) => Promise<ClientCellResult> {
  let runs = 0;
  return async (client) => {
    const topic = `produced-${runs++}`;
    await bench.admin.admin().topics.create([{ name: topic, partitions: PARTITIONS }]);
    const result = await runClient(bench, workload, client, topic);
    verify(bench, workload, topic);
    await bench.admin.admin().topics.delete([topic]);
    return result;
  };
}

async function prepareConsuming(
  bench: Bench,
  workload: Workload,
): Promise<(client: ClientName) => Promise<ClientCellResult>> {
  const topicOf = (client: ClientName): string => (client === "SDK, typed" ? "typed" : "raw");
  for (const client of ["SDK", "SDK, typed"] as const) {
    const topic = topicOf(client);
    await bench.admin.admin().topics.create([{ name: topic, partitions: PARTITIONS }]);
    await runClient(bench, { ...workload, kind: "batch" }, client, topic);
    verify(bench, workload, topic);
  }
  return (client) => runClient(bench, workload, client, topicOf(client));
}

function runClient(
  { broker }: Bench,
  { kind, records, valueBytes }: Workload,
  client: ClientName,
  topic: string,
): Promise<ClientCellResult> {
  return runCell("client.ts", {
    ...broker.ready,
    client,
    workload: kind,
    topic,
    records,
    valueBytes,
    brokerPid: broker.pid,
  } satisfies ClientCellInput);
}

/** Every record that was acknowledged is in the log, once and whole. */
function verify({ data }: Bench, { records, valueBytes }: Workload, topic: string): void {
  const content = readLog(data, topic);
  const isWhole =
    content.records === records &&
    content.keySum === (records * (records - 1)) / 2 &&
    content.valueBytes === records * valueBytes;
  if (!isWhole)
    throw new Error(`the log does not hold the ${records} records produced: ${JSON.stringify(content)}`);
}

function row(
  { kind, valueBytes, goals }: Workload,
  name: ClientName,
  results: ReadonlyMap<string, readonly ClientCellResult[]>,
): Row {
  const own = results.get(name)!;
  const ours = results.get("SDK")!;
  const cpu = median(own.map(({ cpuMicros }) => cpuMicros));
  const brokerCpu = median(own.map(({ brokerCpuMicros }) => brokerCpuMicros ?? Number.NaN));
  const figures = {
    "records/s": Math.round(median(own.map(({ perSecond }) => perSecond))).toLocaleString("en"),
    "client us": cpu.toFixed(1),
    "broker us": brokerCpu.toFixed(1),
  };
  const label = `${kind} ${valueBytes} B, ${name}`;
  if (name === "SDK") return { label, figures };
  const ratios = own.map(({ perSecond }, round) => ours[round]!.perSecond / perSecond);
  const ratio = name === "SDK, typed" ? 1 / median(ratios) : median(ratios);
  const goal = goals[name];
  return { label, figures, ratio, ...(goal === undefined ? {} : { goal: { min: goal } satisfies Goal }) };
}
