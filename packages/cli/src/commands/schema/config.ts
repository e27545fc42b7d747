import { CHECK_LEVELS } from "@letterpress/schema";
import { Command } from "commander";
import { z } from "zod";
import { CliError } from "../../cli-error.ts";
import { addRegistryFlags, registryOf } from "../../connect.ts";
import { checkFlags, registryFlags } from "../../flags.ts";
import type { Io } from "../../io.ts";
import { Output } from "../../output.ts";
import { levelFlag } from "../../schema-tools/level-flag.ts";

const EXAMPLES = `
Examples:
  letterpress schema config                                  the level of subjects without their own
  letterpress schema config orders.placed-value
  letterpress schema config orders.placed-value --set FULL
  letterpress schema config orders.placed-value --set STRICT   FULL_TRANSITIVE and more; Letterpress's registry alone
  letterpress schema config orders.placed-value --unset      back to the global level`;

const flagsSchema = z
  .object({
    ...registryFlags,
    set: levelFlag.optional(),
    unset: z.boolean().default(false),
  })
  .refine(({ set, unset }) => set === undefined || !unset, "--set and --unset exclude each other");

export function configureSchemas(io: Io): Command {
  return addRegistryFlags(new Command("config"))
    .summary("show or set a compatibility level")
    .description("Shows or sets the compatibility level of a subject, or of all that have none of their own.")
    .argument("[subject]")
    .option("--set <level>", CHECK_LEVELS.join(", "))
    .option("--unset", "take the subject's own level away")
    .addHelpText("after", EXAMPLES)
    .action((subject: string | undefined, flags) => run(subject, flags, io));
}

async function run(subject: string | undefined, input: unknown, io: Io): Promise<void> {
  const flags = checkFlags(flagsSchema, input);
  if (flags.unset && subject === undefined)
    throw new CliError("USAGE", "--unset needs a subject; give the global level with --set");
  const registry = registryOf(flags);
  if (flags.set !== undefined) await registry.setConfig(flags.set, subject);
  if (flags.unset) await registry.deleteConfig(subject!);
  const compatibility = await registry.config(subject);
  new Output(io, flags).result({ subject: subject ?? null, compatibility }, () => compatibility);
}
