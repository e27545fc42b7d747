import { expect, test } from "vitest";
import { type Row, reportText, tableLines } from "./report.ts";

const machine = {
  date: "2026-01-02 03:04",
  node: "v24",
  system: "Linux",
  cpu: "2 x CPU",
  memoryGb: 8,
  load: 0.5,
};
const table = (...rows: Row[]) => ({ name: "a", title: "Append", note: "A note.", rows });

test("a table's columns are aligned, and a missed goal is marked", () => {
  const rows = [
    { label: "64 KB", figures: { "MB/s": "1,200" }, ratio: 0.45, goal: { min: 0.5 } },
    { label: "1 MB", figures: { "MB/s": "900" }, ratio: 1.456, goal: { max: 2 } },
  ];
  expect(tableLines(table(...rows)).slice(4)).toEqual([
    "|       |  MB/s | ratio |          goal |",
    "|-------|------:|------:|--------------:|",
    "| 64 KB | 1,200 |  0.45 | >= 0.5 missed |",
    "| 1 MB  |   900 |  1.46 |          <= 2 |",
    "",
  ]);
});

test("losses stand first: goals that were missed, and what is slower though its goal is reached", () => {
  const missed = { label: "missed", figures: {}, ratio: 2.5, goal: { max: 2 } };
  const slower = { label: "slower", figures: {}, ratio: 0.8, goal: { min: 0.5 } };
  const faster = { label: "faster", figures: {}, ratio: 3, goal: { min: 2 } };
  const text = reportText({ machine, rounds: 7, tables: [table(missed, slower, faster)] });
  expect(text).toContain("2 x CPU, 8 GB, Linux, Node v24, load average 0.5 beforehand, 7 rounds");
  const losses = text.slice(text.indexOf("## Losses"), text.indexOf("## Append"));
  expect(losses).toContain("- Append, missed: 2.50 (goal <= 2 missed)");
  expect(losses).toContain("- Append, slower: 0.80 (goal >= 0.5)");
  expect(losses).not.toContain("faster");
});
