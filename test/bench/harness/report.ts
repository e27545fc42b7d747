import type { Machine } from "./machine.ts";

/** A ratio that is to be reached: at least, or at most. */
export interface Goal {
  readonly min?: number;
  readonly max?: number;
}

/** One measured line: what was measured, its figures in words, and the ratio where it is one of two things. */
export interface Row {
  readonly label: string;
  /** By column name. */
  readonly figures: Readonly<Record<string, string>>;
  readonly ratio?: number;
  readonly goal?: Goal;
}

export interface Table {
  readonly name: string;
  readonly title: string;
  /** What is compared with what, and how; one paragraph. */
  readonly note: string;
  readonly rows: readonly Row[];
}

export interface Report {
  readonly machine: Machine;
  readonly rounds: number;
  readonly tables: readonly Table[];
}

export function isReached({ ratio, goal }: Row): boolean | undefined {
  if (ratio === undefined || goal === undefined) return undefined;
  return ratio >= (goal.min ?? Number.NEGATIVE_INFINITY) && ratio <= (goal.max ?? Number.POSITIVE_INFINITY);
}

/** A table as lines of Markdown; columns are padded, so that it reads well on a terminal, too. */
export function tableLines({ title, note, rows }: Table): string[] {
  const columns = ["", ...new Set(rows.flatMap(({ figures }) => Object.keys(figures)))];
  const hasRatio = rows.some(({ ratio }) => ratio !== undefined);
  const header = hasRatio ? [...columns, "ratio", "goal"] : columns;
  const body = rows.map((row) => {
    const cells = columns.map((column) => (column === "" ? row.label : (row.figures[column] ?? "")));
    return hasRatio ? [...cells, row.ratio?.toFixed(2) ?? "", goalText(row)] : cells;
  });
  const widths = header.map((name, column) =>
    Math.max(3, name.length, ...body.map((row) => row[column]!.length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join(" | ")} |`;
  const rule = `|${widths.map((width, column) => (column === 0 ? "-".repeat(width + 2) : `${"-".repeat(width + 1)}:`)).join("|")}|`;
  return [`## ${title}`, "", note, "", line(header), rule, ...body.map(line), ""];
}

function goalText(row: Row): string {
  const { goal } = row;
  if (goal === undefined) return "";
  const text = goal.min === undefined ? `<= ${goal.max}` : `>= ${goal.min}`;
  return isReached(row) === false ? `${text} missed` : text;
}

/** The whole report as the text of RESULTS.md. What was missed and lost stands first. */
export function reportText({ machine, rounds, tables }: Report): string {
  const losses = tables.flatMap(({ title, rows }) =>
    rows
      .filter(
        (row) =>
          isReached(row) === false ||
          (row.ratio !== undefined && row.goal?.min !== undefined && row.ratio < 1),
      )
      .map((row) => `- ${title}, ${row.label}: ${row.ratio!.toFixed(2)} (goal ${goalText(row)})`),
  );
  return [
    "# Benchmarks",
    "",
    `Written by \`npm run bench -- --write\` on ${machine.date} UTC: ${machine.cpu}, ${machine.memoryGb} GB, ` +
      `${machine.system}, Node ${machine.node}, load average ${machine.load.toFixed(1)} beforehand, ${rounds} rounds. Medians; a ratio is the median of the rounds' ratios. ` +
      "Absolute figures drift with the machine: compare ratios, and those of one run only.",
    "",
    "## Losses",
    "",
    ...(losses.length === 0
      ? ["None in this run."]
      : ["Below its goal, or slower than what it is compared with:", "", ...losses]),
    "",
    ...tables.flatMap(tableLines),
  ].join("\n");
}
