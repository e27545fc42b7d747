import { readFileSync } from "node:fs";

/** Linux counts the CPU time of processes in hundredths of a second, whatever the kernel's own tick. */
const TICK_MICROS = 10_000;
const USER_TICKS_AT = 11;

/** Microseconds of CPU that a process has used, in user and in system mode; undefined where /proc is not there. */
export function cpuMicrosOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command's name, in parentheses, may hold spaces: the fields are counted behind it.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[USER_TICKS_AT]) + Number(fields[USER_TICKS_AT + 1])) * TICK_MICROS;
  } catch {
    return undefined;
  }
}

/** Bytes of memory that a process holds; undefined where /proc is not there. */
export function residentBytesOf(pid: number): number | undefined {
  try {
    const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  } catch {
    return undefined;
  }
}

/** What a stretch of work took, by the wall and by both processes' CPUs. */
export interface Stretch {
  readonly seconds: number;
  readonly ownCpuMicros: number;
  /** Of the process on the other side; undefined where it cannot be told. */
  readonly peerCpuMicros: number | undefined;
}

/** Starts the clocks; the function it returns reads them. */
export function startClocks(peerPid: number): () => Stretch {
  const peerMicros = cpuMicrosOf(peerPid);
  const own = process.cpuUsage();
  const startedMs = performance.now();
  return () => {
    const seconds = (performance.now() - startedMs) / 1000;
    const { user, system } = process.cpuUsage(own);
    const peerNow = cpuMicrosOf(peerPid);
    const peerCpuMicros =
      peerMicros === undefined || peerNow === undefined ? undefined : peerNow - peerMicros;
    return { seconds, ownCpuMicros: user + system, peerCpuMicros };
  };
}
