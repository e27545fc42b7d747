import { applyPlan, planContracts } from "@letterpress/client";
import { type Contracts, writeGenerated } from "@letterpress/codegen";
import type { CheckLevel } from "@letterpress/schema";
import { CliError } from "../cli-error.ts";
import type { Connected } from "../connect.ts";
import { generateCode } from "../contracts.ts";
import { changedSubjects } from "./evolve.ts";
import { planHash } from "./plan-hash.ts";
import type { EvolveReport } from "./report.ts";

export interface ApplyEvolutionOptions {
  readonly cwd: string;
  readonly contracts: string;
  readonly level?: CheckLevel | undefined;
  /** The plan that was looked at before; what is applied has to be exactly that. */
  readonly plan?: string | undefined;
}

/**
 * Registers exactly what a report has shown, and writes the TypeScript anew. Returns a line for each thing done.
 *
 * @throws CliError `REFUSED` for what is blocked, and when the registry or a file has moved since it was shown.
 */
export async function applyEvolution(
  connected: Connected,
  contracts: Contracts,
  names: readonly string[],
  report: EvolveReport,
  { cwd, contracts: path, level, plan = report.plan }: ApplyEvolutionOptions,
): Promise<string[]> {
  if (report.verdict === "blocked") {
    throw new CliError("REFUSED", "nothing was registered: a schema may not go through as it is");
  }
  const now = await changedSubjects(connected, contracts, names, { cwd, level });
  const moved = [report.plan, planHash(now.changed)].find((each) => each !== plan);
  if (moved !== undefined) {
    throw new CliError(
      "REFUSED",
      `nothing was registered: the plan was ${plan} and is ${moved} now, because the registry or a file has changed; look again`,
    );
  }
  const subjects = new Set(report.subjects.map(({ subject }) => subject));
  const { changes, problems } = await planContracts(connected, contracts.topics);
  const shown = changes.filter((change) => change.kind === "register-schema" && subjects.has(change.subject));
  const own = problems.filter(({ subject }) => subjects.has(subject));
  const done: string[] = [];
  await applyPlan(
    connected,
    { changes: shown, problems: own },
    { onChange: ({ description }) => done.push(description) },
  );
  const { out } = contracts.generate;
  const { written } = await writeGenerated(out, generateCode(contracts, path));
  return [...done, ...written.map((file) => `wrote ${file} in ${out}`)];
}
