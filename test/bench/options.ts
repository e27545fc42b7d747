import { parseArgs } from "node:util";

/** What `npm run bench -- ...` was asked for. */
export interface RunOptions {
  readonly rounds: number;
  readonly scale: number;
  /** Names of benchmarks; empty for all. */
  readonly only: readonly string[];
  readonly json: boolean;
  readonly write: boolean;
}

const ROUNDS_DEFAULT = 7;
const ROUNDS_QUICK = 3;
const SCALE_QUICK = 0.5;

export const USAGE = `npm run bench -- [--rounds N] [--scale X] [--quick] [--only NAME[,NAME]] [--json] [--write]
  --rounds N   how often everything is measured (default ${ROUNDS_DEFAULT})
  --scale X    the share of the usual amount of work in one measurement (default 1)
  --quick      ${ROUNDS_QUICK} rounds of half the work
  --only NAME  these benchmarks alone
  --json       print the report as JSON
  --write      write the report to test/bench/RESULTS.md

LETTERPRESS_BENCH_DIR is where data folders are made (default: the system's temporary folder); LETTERPRESS_BENCH_PROFILE
is a folder for CPU profiles of the brokers and bare loops, which slows them down.`;

/** @throws Error for a flag that is not known or a number that is none. */
export function readOptions(args: readonly string[]): RunOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: "string" },
      scale: { type: "string" },
      quick: { type: "boolean", default: false },
      only: { type: "string", multiple: true, default: [] },
      json: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
    },
  });
  const { quick } = values;
  const rounds = Number(values.rounds ?? (quick ? ROUNDS_QUICK : ROUNDS_DEFAULT));
  const scale = Number(values.scale ?? (quick ? SCALE_QUICK : 1));
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error("--rounds takes a number from 1 on");
  if (!(scale > 0)) throw new Error("--scale takes a number above 0");
  const only = values.only.flatMap((names) => names.split(","));
  return { rounds, scale, only, json: values.json, write: values.write };
}
