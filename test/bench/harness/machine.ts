import { cpus, loadavg, release, totalmem, type } from "node:os";

/** Where and when figures were taken: without it they say little. */
export interface Machine {
  readonly date: string;
  readonly node: string;
  readonly system: string;
  readonly cpu: string;
  readonly memoryGb: number;
  /** Processes that wanted to run before the benchmarks did, over five minutes: figures of a busy machine are noise. */
  readonly load: number;
}

export function describeMachine(): Machine {
  const cores = cpus();
  return {
    date: new Date().toISOString().slice(0, 16).replace("T", " "),
    node: process.version,
    system: `${type()} ${release()}`,
    cpu: `${cores.length} x ${cores[0]?.model.trim() ?? "unknown"}`,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    load: loadavg()[1]!,
  };
}
