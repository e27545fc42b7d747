import type { Table } from "../harness/report.ts";

export interface BenchmarkOptions {
  readonly rounds: number;
  /** What share of the usual amount of work a cell does. */
  readonly scale: number;
  /** Says what is being measured now. */
  readonly progress: (text: string) => void;
}

/** One table of the report. */
export interface Benchmark {
  /** Chosen by `--only`. */
  readonly name: string;
  run(options: BenchmarkOptions): Promise<Table>;
}
