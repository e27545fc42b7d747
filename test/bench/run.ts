/**
 * Measures Letterpress against other clients and against bare loops: `npm run bench`. Every figure is taken in a fresh
 * process, in turns with what it is compared to, and only its ratios are worth comparing from run to run.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { BENCHMARKS } from "./comparisons/index.ts";
import { describeMachine } from "./harness/machine.ts";
import { type Report, reportText, type Table, tableLines } from "./harness/report.ts";
import { type RunOptions, readOptions, USAGE } from "./options.ts";

function options(): RunOptions {
  try {
    const read = readOptions(process.argv.slice(2));
    const names = BENCHMARKS.map(({ name }) => name);
    const unknown = read.only.find((name) => !names.includes(name));
    if (unknown === undefined) return read;
    throw new Error(`no benchmark is called ${unknown}; there are ${names.join(", ")}`);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    process.exit(2);
  }
}

const { rounds, scale, only, json, write } = options();
const chosen = BENCHMARKS.filter(({ name }) => only.length === 0 || only.includes(name));
const machine = describeMachine();
const tables: Table[] = [];
for (const benchmark of chosen) {
  try {
    const progress = (text: string) => console.error(`measuring ${text}`);
    const table = await benchmark.run({ rounds, scale, progress });
    tables.push(table);
    if (!json) console.log(tableLines(table).join("\n"));
  } catch (error) {
    // One benchmark that fails takes no other's figures with it.
    console.error(`${benchmark.name} could not be measured: ${(error as Error).message}`);
    process.exitCode = 1;
  }
}
const report: Report = { machine, rounds, tables };
if (json) console.log(JSON.stringify(report, undefined, 2));
if (write) writeFileSync(join(import.meta.dirname, "RESULTS.md"), reportText(report));
