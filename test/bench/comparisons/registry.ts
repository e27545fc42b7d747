import type { RegistryCellInput, RegistryCellResult } from "../cells/registry.ts";
import type { Row } from "../harness/report.ts";
import { interleave } from "../harness/rounds.ts";
import { runCell } from "../harness/run-cell.ts";
import { median } from "../harness/statistics.ts";
import type { Benchmark } from "./benchmark.ts";

const FEW = 1_000;
const MANY = 10_000;
/** What a schema among many may cost, compared with one among few. */
const FLAT_MAX = 1.5;
const MEASURES: readonly (readonly [keyof RegistryCellResult, string])[] = [
  ["register", "register one"],
  ["restart", "replay one at start"],
  ["byId", "look up by id"],
  ["bySchema", "look up by schema"],
  ["overRest", "GET /schemas/ids/{id}"],
];

export const registry: Benchmark = {
  name: "registry",
  async run({ rounds, progress }) {
    progress("registry");
    const measure = (schemas: number) => ({
      name: String(schemas),
      measure: () => runCell<RegistryCellResult>("registry.ts", { schemas } satisfies RegistryCellInput),
    });
    const results = await interleave([measure(FEW), measure(MANY)], rounds);
    const few = results.get(String(FEW))!;
    const many = results.get(String(MANY))!;
    const rows = MEASURES.map(([key, label]): Row => {
      const ratio = median(many.map((result, round) => result[key] / few[round]![key]));
      const figures = {
        [`${FEW.toLocaleString("en")} schemas`]: micros(few, key),
        [`${MANY.toLocaleString("en")} schemas`]: micros(many, key),
      };
      return { label, figures, ratio, goal: { max: FLAT_MAX } };
    });
    return {
      name: "registry",
      title: "Whether the registry stays flat",
      note:
        "Time per schema with few and with many schemas of ten fields registered, in memory; the ratio is many to few. " +
        "Code is warmer where there is more of the same work, so it may lie below 1.",
      rows,
    };
  },
};

function micros(results: readonly RegistryCellResult[], key: keyof RegistryCellResult): string {
  return `${median(results.map((result) => result[key])).toFixed(1)} us`;
}
