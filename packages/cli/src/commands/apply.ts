import { applyPlan, planContracts } from "@letterpress/client";
import { Command } from "commander";
import { z } from "zod";
import { CliError } from "../cli-error.ts";
import { addConnectionFlags, withConnection } from "../connect.ts";
import { addContractsFlag, readContracts } from "../contracts.ts";
import { checkFlags, connectionFlags } from "../flags.ts";
import type { Io } from "../io.ts";
import { Output } from "../output.ts";
import { changeDocument, problemsText } from "../plan-report.ts";
import { counted } from "../table.ts";

const EXAMPLES = `
Examples:
  letterpress apply
  letterpress apply --contracts services/billing/topics.yaml --json

Nothing is applied while the plan has a problem (exit code 1). After a failure on the way, run it again: it goes on
with what is missing.`;

const applyFlags = z.object({ ...connectionFlags, contracts: z.string() });

export function apply(io: Io): Command {
  return addContractsFlag(addConnectionFlags(new Command("apply")))
    .summary("create and change topics and schemas as the contracts say")
    .description("Creates and changes topics, configs and schemas until the server is as the contracts say.")
    .addHelpText("after", EXAMPLES)
    .action((flags) => run(flags, io));
}

async function run(input: unknown, io: Io): Promise<void> {
  const flags = checkFlags(applyFlags, input);
  const contracts = await readContracts(flags.contracts);
  const output = new Output(io, flags);
  await withConnection(flags, async (targets) => {
    const plan = await planContracts(targets, contracts.topics);
    const problems = await problemsText(plan, contracts, targets.registry, io.cwd());
    if (problems !== "") throw new CliError("REFUSED", problems);
    const done: object[] = [];
    await applyPlan(targets, plan, {
      onChange: (change) => {
        done.push(changeDocument(change));
        if (!output.isJson) io.stdout.write(`  ${change.description}\n`);
      },
    });
    output.result({ applied: done }, () =>
      done.length === 0
        ? "Nothing to change: the server is as the contracts say."
        : `Made ${counted(done.length, "change")}.`,
    );
  });
}
