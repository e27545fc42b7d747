import { type Contracts, writeGenerated } from "@letterpress/codegen";
import type { CheckLevel } from "@letterpress/schema";
import { CliError } from "../cli-error.ts";
import type { Connected } from "../connect.ts";
import { generateCode } from "../contracts.ts";
import { registerAll } from "../schema-tools/register-all.ts";
import { changedSubjects } from "./evolve.ts";
import { subjectUses } from "./gather/candidates.ts";
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
 * Registers exactly what a report has shown, all of it or nothing, and then writes the TypeScript anew. Returns a line
 * for each thing done.
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
  // A schema that gives no code is found out before anything is registered.
  const files = generateCode(contracts, path);
  const shown = new Set(report.subjects.map(({ subject }) => subject));
  const sources = subjectUses(contracts, cwd)
    .filter(({ subject }) => shown.has(subject))
    .map(({ subject, candidate }) => ({ subject, schema: candidate.schema }));
  const registered = await registerAll(connected.registry, sources, {
    async confirm() {
      const now = await changedSubjects(connected, contracts, names, { cwd, level });
      const moved = [report.plan, planHash(now.changed)].find((each) => each !== plan);
      if (moved === undefined) return;
      throw new CliError(
        "REFUSED",
        `nothing was registered: the plan was ${plan} and is ${moved} now, because the registry or a file has changed; look again`,
      );
    },
  });
  const { out } = contracts.generate;
  const { written } = await writeGenerated(out, files);
  return [
    ...registered.map(({ subject, version }) => `registered version ${version} of ${subject}`),
    ...written.map((file) => `wrote ${file} in ${out}`),
  ];
}
