import { writeFileSync } from "node:fs";

/** How long one kind of fault may take a partition away, in milliseconds; undefined for no bound of ours. */
export type FaultBounds = Readonly<Record<string, number | undefined>>;

/** For how long partitions were not served, by kind of fault. */
export class FaultTimes {
  readonly #bounds: FaultBounds;
  readonly #servedMs = new Map<string, number[]>();

  constructor(bounds: FaultBounds) {
    this.#bounds = bounds;
  }

  record(kind: string, servedMs: number): void {
    const times = this.#servedMs.get(kind);
    if (times === undefined) this.#servedMs.set(kind, [servedMs]);
    else times.push(servedMs);
  }

  /** A table in Markdown: one row for each kind. */
  table(): string {
    const rows = [...this.#servedMs].map(([kind, times]) => {
      const bound = this.#bounds[kind];
      const cells = [kind, times.length, seconds(median(times)), seconds(Math.max(...times))];
      return `| ${[...cells, bound === undefined ? "" : seconds(bound)].join(" | ")} |`;
    });
    return ["| fault | rounds | p50 s | max s | bound s |", "|---|---|---|---|---|", ...rows].join("\n");
  }

  /** The rounds that took longer than they may. */
  late(): string[] {
    return [...this.#servedMs].flatMap(([kind, times]) => {
      const bound = this.#bounds[kind] ?? Number.POSITIVE_INFINITY;
      return times
        .filter((ms) => ms > bound)
        .map((ms) => `${kind}: ${seconds(ms)} s, at most ${seconds(bound)} s`);
    });
  }

  /** Prints the table under a line that says what was run; also into the file that LETTERPRESS_FAULT_SUMMARY names. */
  publish(title: string): void {
    const text = `${title}\n\n${this.table()}\n`;
    console.log(text);
    const file = process.env.LETTERPRESS_FAULT_SUMMARY;
    if (file !== undefined) writeFileSync(file, text);
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}
