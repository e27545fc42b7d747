import { Command } from "commander";
import { z } from "zod";
import { CliError } from "../../cli-error.ts";
import { addConnectionFlags, withConnection } from "../../connect.ts";
import { addContractsFlag, readContracts } from "../../contracts.ts";
import { applyEvolution } from "../../evolve/apply.ts";
import { evolve } from "../../evolve/evolve.ts";
import { evolveMarkdown } from "../../evolve/render/markdown.ts";
import { evolveText } from "../../evolve/render/text.ts";
import { writeProposals } from "../../evolve/write-proposals.ts";
import { checkFlags, connectionFlags, count, wholeNumber } from "../../flags.ts";
import type { Io } from "../../io.ts";
import { Output } from "../../output.ts";
import { Progress } from "../../progress.ts";
import { levelFlag } from "../../schema-tools/level-flag.ts";

const EXAMPLES = `
Examples:
  letterpress schema evolve                              everything that differs from the registry
  letterpress schema evolve schemas/orders/order_placed.avsc
  letterpress schema evolve --markdown > comment.md      for a pull request
  letterpress schema evolve --write                      write what is proposed; later steps go to FILE.step-2, ...
  letterpress schema evolve --apply --plan 3f0c9d2e11aa4b57

Who breaks is told from the log and from who is connected: which schema ids are still retained, which groups have not
read them yet, which schemas members read with, and which ones producers write with. Nothing is changed without --write
or --apply. Exit code 1 when a schema may not go through, or somebody would break if it were deployed now.`;

const evolveFlags = z
  .object({
    ...connectionFlags,
    contracts: z.string(),
    level: levelFlag.optional(),
    replay: wholeNumber.default(1_000),
    scan: count.default(1_000_000),
    markdown: z.boolean().default(false),
    write: z.boolean().default(false),
    apply: z.boolean().default(false),
    plan: z
      .string()
      .regex(/^[0-9a-f]{16}$/, "must be a plan as evolve has printed it")
      .optional(),
  })
  .refine(({ json, markdown }) => !(json && markdown), "--json and --markdown exclude each other")
  .refine(
    ({ write, apply }) => !(write && apply),
    "--write and --apply exclude each other: look at what was written first",
  )
  .refine(({ apply, plan }) => apply || plan === undefined, "--plan needs --apply");

type EvolveFlags = z.output<typeof evolveFlags>;

export function evolveSchemas(io: Io): Command {
  return addContractsFlag(addConnectionFlags(new Command("evolve")))
    .summary("tell whom edited schemas break, and how to deploy them")
    .description(
      "Tells whom edited schemas would break, from the log and the live consumer groups, and what to do.",
    )
    .argument("[file-or-subject...]", "default: every schema of the contracts that differs from the registry")
    .option("--level <level>", "check at this level, such as FULL or STRICT (default: the subject's own)")
    .option(
      "--replay <count>",
      "read so many of each topic's last records with the new schema (default: 1000)",
    )
    .option("--scan <count>", "look at so many of each topic's records at the most (default: 1000000)")
    .option("--markdown", "print Markdown, for a pull request")
    .option("--write", "write the first proposal: step 1 into the file, later steps beside it")
    .option("--apply", "register what was shown, and write the TypeScript anew")
    .option("--plan <plan>", "with --apply: only if this is still the plan")
    .addHelpText("after", EXAMPLES)
    .action((names: string[], flags) => run(names, checkFlags(evolveFlags, flags), io));
}

async function run(names: readonly string[], flags: EvolveFlags, io: Io): Promise<void> {
  const contracts = await readContracts(flags.contracts, io.cwd());
  await withConnection(flags, async (connected) => {
    using progress = new Progress(io, "records");
    const onProgress = (records: number): void => progress.update(records);
    const report = await evolve(connected, contracts, names, { ...flags, cwd: io.cwd(), onProgress });
    const output = new Output(io, flags);
    output.result(report, () => (flags.markdown ? evolveMarkdown(report) : evolveText(report)));
    if (flags.write) {
      for (const file of await writeProposals(report, io.cwd())) io.stderr.write(`wrote ${file}\n`);
    }
    if (flags.apply) {
      const registered = await applyEvolution(connected, contracts, names, report, {
        ...flags,
        cwd: io.cwd(),
      });
      for (const line of registered) io.stderr.write(`${line}\n`);
      return;
    }
    if (report.verdict === "blocked") throw new CliError("REFUSED", "a schema may not go through as it is");
    if (report.verdict === "wait")
      throw new CliError("REFUSED", "somebody would break if this were deployed now");
  });
}
