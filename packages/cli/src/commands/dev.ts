import { relative } from "node:path";
import { applyPlan, planContracts } from "@letterpress/client";
import { writeGenerated } from "@letterpress/codegen";
import { startServer } from "@letterpress/server";
import { Command } from "commander";
import { CliError } from "../cli-error.ts";
import { type Connected, withConnection } from "../connect.ts";
import { addContractsFlag, generateCode, readContracts } from "../contracts.ts";
import { describeFailure, reportFailure } from "../errors.ts";
import { onInterruption } from "../interruption.ts";
import type { Io } from "../io.ts";
import { Output } from "../output.ts";
import { changeDocument, problemsText } from "../plan-report.ts";
import { addServerFlags, resolveServerConfig, type ServerFlags } from "../serve/server-flags.ts";
import { counted } from "../table.ts";
import { watchContracts } from "../watch-contracts.ts";

const EXAMPLES = `
Examples:
  letterpress dev
  letterpress dev --memory --contracts services/billing/topics.yaml

Runs the server as "letterpress serve" does. Now and after every change of the contracts it applies them and writes the
TypeScript. A mistake is shown and the server keeps running; correct it, and it goes on.`;

interface DevFlags extends ServerFlags {
  readonly contracts: string;
  readonly json?: boolean;
}

export function dev(io: Io): Command {
  return addContractsFlag(addServerFlags(new Command("dev")))
    .summary("run the server, and apply and generate on every change of the contracts")
    .description("Runs the server, and applies the contracts and writes their TypeScript on every change.")
    .option("--json", 'print {"event":"ready",...} and one {"event":"synchronized",...} per change')
    .addHelpText("after", EXAMPLES)
    .action((flags: DevFlags) => run(flags, io));
}

async function run(flags: DevFlags, io: Io): Promise<void> {
  const config = resolveServerConfig(flags, io);
  if (config.cluster !== undefined) {
    throw new CliError(
      "USAGE",
      "dev applies every edit at once, so that it runs a server that is alone: unset LETTERPRESS_CLUSTER, or leave cluster out of the config file",
    );
  }
  using interruption = onInterruption();
  await using server = await startServer(config);
  const { kafka, http } = server;
  new Output(io, flags).result({ event: "ready", kafka, http }, () => {
    return `Kafka protocol on ${kafka}, registry on ${http}; watching ${flags.contracts}. Stop it with Ctrl+C.`;
  });
  await withConnection({ brokers: [kafka], registry: http }, (targets) =>
    watchContracts(flags.contracts, interruption, async () => {
      try {
        await synchronize(flags, targets, io);
      } catch (error) {
        reportFailure(io, describeFailure(error), flags.json ?? false);
      }
    }),
  );
}

/** Brings server and generated code to what the contracts say. */
async function synchronize({ contracts: path, json }: DevFlags, targets: Connected, io: Io): Promise<void> {
  const contracts = await readContracts(path);
  // Code that cannot be generated is a mistake in the contracts, so nothing is applied then.
  const files = generateCode(contracts, path);
  const plan = await planContracts(targets, contracts.topics);
  const problems = await problemsText(plan, contracts, targets.registry, io.cwd());
  if (problems !== "") throw new CliError("REFUSED", problems);
  await applyPlan(targets, plan);
  const { out } = contracts.generate;
  const { written, removed } = await writeGenerated(out, files);
  const applied = plan.changes.map(changeDocument);
  new Output(io, { json }).result({ event: "synchronized", applied, out, written, removed }, () =>
    [
      ...plan.changes.map(({ description }) => `  ${description}`),
      ...written.map((file) => `  wrote ${relative(io.cwd(), out)}/${file}`),
      ...removed.map((file) => `  removed ${relative(io.cwd(), out)}/${file}`),
      `Up to date: ${counted(plan.changes.length, "change")} on the server, ${counted(written.length + removed.length, "file")}.`,
    ].join("\n"),
  );
}
