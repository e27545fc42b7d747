import { setTimeout as sleep } from "node:timers/promises";
import type { StartServerInput, StartServerResult } from "../cells/start-server.ts";
import { startBroker } from "../harness/child-server.ts";
import { residentBytesOf } from "../harness/cpu-time.ts";
import type { Row } from "../harness/report.ts";
import { interleave } from "../harness/rounds.ts";
import { runCell } from "../harness/run-cell.ts";
import { openScratch } from "../harness/scratch.ts";
import { median } from "../harness/statistics.ts";
import type { Benchmark } from "./benchmark.ts";

const FIRST_ANSWER_MS_MAX = 150;
const READY_MS_MAX = 300;
const IDLE_MB_MAX = 80;
const SETTLE_MS = 1000;

interface ProcessStart {
  readonly readyMs: number;
  readonly residentMb: number;
}

export const startUp: Benchmark = {
  name: "start-up",
  async run({ rounds, progress }) {
    progress("start-up");
    const inProcess = await interleave(
      [
        { name: "memory", measure: () => startInProcess({}) },
        { name: "folder", measure: startInFolder },
      ],
      rounds,
    );
    const processes = await interleave([{ name: "process", measure: startProcess }], rounds);
    const rows: Row[] = [...inProcess].flatMap(([storage, results]) => [
      limitRow(
        `startServer() to its first answer, ${storage}`,
        values(results, "firstAnswerMs"),
        "ms",
        FIRST_ANSWER_MS_MAX,
      ),
      limitRow(`loading @letterpress/server, ${storage}`, values(results, "importMs"), "ms"),
    ]);
    const started = processes.get("process")!;
    rows.push(
      limitRow("letterpress serve: process to ready", values(started, "readyMs"), "ms", READY_MS_MAX),
    );
    rows.push(limitRow("letterpress serve: idle memory", values(started, "residentMb"), "MB", IDLE_MB_MAX));
    return {
      name: "start-up",
      title: "Start-up and memory",
      note:
        "A server in a process that has loaded nothing of it before, in memory and with a new data folder, and the command " +
        "as a process. Where there is a limit, the ratio is the median to that limit.",
      rows,
    };
  },
};

function startInProcess(input: StartServerInput): Promise<StartServerResult> {
  return runCell("start-server.ts", input);
}

async function startInFolder(): Promise<StartServerResult> {
  using scratch = openScratch();
  return await startInProcess({ data: scratch.folder });
}

async function startProcess(): Promise<ProcessStart> {
  using scratch = openScratch();
  await using broker = await startBroker(scratch.folder);
  await sleep(SETTLE_MS);
  const resident = residentBytesOf(broker.pid);
  return { readyMs: broker.startMs, residentMb: resident === undefined ? Number.NaN : resident / 1e6 };
}

function values<Key extends string>(results: readonly Readonly<Record<Key, number>>[], key: Key): number[] {
  return results.map((result) => result[key]);
}

function limitRow(label: string, measured: readonly number[], unit: string, limit?: number): Row {
  const middle = median(measured);
  const figures = {
    median: `${Math.round(middle)} ${unit}`,
    worst: `${Math.round(Math.max(...measured))} ${unit}`,
    limit: limit === undefined ? "" : `${limit} ${unit}`,
  };
  return limit === undefined
    ? { label, figures }
    : { label, figures, ratio: middle / limit, goal: { max: 1 } };
}
