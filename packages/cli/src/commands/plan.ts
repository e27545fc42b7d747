import { type Plan, planContracts } from "@letterpress/client";
import { Command } from "commander";
import { z } from "zod";
import { CliError } from "../cli-error.ts";
import { addConnectionFlags, withConnection } from "../connect.ts";
import { addContractsFlag, readContracts } from "../contracts.ts";
import { checkFlags, connectionFlags } from "../flags.ts";
import type { Io } from "../io.ts";
import { Output } from "../output.ts";
import { planDocument, planText, problemsText } from "../plan-report.ts";
import { counted } from "../table.ts";

const EXAMPLES = `
Examples:
  letterpress plan
  letterpress plan --contracts services/billing/topics.yaml --brokers kafka:9092 --registry http://registry:8081
  letterpress plan --check        exit code 1 unless the server is as the contracts say

Exit code 1 also says that something the contracts ask for cannot be done.`;

const planFlags = z.object({
  ...connectionFlags,
  contracts: z.string(),
  check: z.boolean().default(false),
});

export function plan(io: Io): Command {
  return addContractsFlag(addConnectionFlags(new Command("plan")))
    .summary("show what apply would change")
    .description("Shows what would change on the server for it to be as the contracts say. Changes nothing.")
    .option("--check", "exit with 1 when anything would change")
    .addHelpText("after", EXAMPLES)
    .action((flags) => run(flags, io));
}

async function run(input: unknown, io: Io): Promise<void> {
  const flags = checkFlags(planFlags, input);
  const contracts = await readContracts(flags.contracts);
  const { found, problems } = await withConnection(flags, async (targets) => {
    const found: Plan = await planContracts(targets, contracts.topics);
    return { found, problems: await problemsText(found, contracts, targets.registry, io.cwd()) };
  });
  new Output(io, flags).result(planDocument(found), () => planText(found));
  if (problems !== "") throw new CliError("REFUSED", problems);
  if (flags.check && found.changes.length > 0) {
    throw new CliError(
      "DRIFT",
      `the server differs from the contracts by ${counted(found.changes.length, "change")}; run "letterpress apply"`,
    );
  }
}
