import { Command } from "commander";
import { z } from "zod";
import { CliError } from "../../cli-error.ts";
import { addRegistryFlags, registryOf } from "../../connect.ts";
import { checkFlags, registryFlags } from "../../flags.ts";
import type { Io } from "../../io.ts";
import { Output } from "../../output.ts";

const MODES = ["READWRITE", "READONLY", "READONLY_OVERRIDE", "IMPORT"] as const;

const EXAMPLES = `
Examples:
  letterpress schema mode
  letterpress schema mode --set READONLY
  letterpress schema mode orders.placed-value --set IMPORT --force
  letterpress schema mode orders.placed-value --unset`;

const flagsSchema = z
  .object({
    ...registryFlags,
    set: z
      .string()
      .transform((text) => text.toUpperCase())
      .pipe(z.enum(MODES))
      .optional(),
    unset: z.boolean().default(false),
    force: z.boolean().default(false),
  })
  .refine(({ set, unset }) => set === undefined || !unset, "--set and --unset exclude each other")
  .refine(({ set, force }) => set !== undefined || !force, "--force needs --set");

export function switchMode(io: Io): Command {
  return addRegistryFlags(new Command("mode"))
    .summary("show or set what a registry or a subject allows")
    .description(
      "Shows or sets the mode: READWRITE, READONLY, READONLY_OVERRIDE, or IMPORT, which takes ids as given.",
    )
    .argument("[subject]")
    .option("--set <mode>", MODES.join(", "))
    .option("--unset", "take the subject's own mode away")
    .option("--force", "set IMPORT although there are schemas")
    .addHelpText("after", EXAMPLES)
    .action((subject: string | undefined, flags) => run(subject, flags, io));
}

async function run(subject: string | undefined, input: unknown, io: Io): Promise<void> {
  const flags = checkFlags(flagsSchema, input);
  if (flags.unset && subject === undefined)
    throw new CliError("USAGE", "--unset needs a subject; give the global mode with --set");
  const registry = registryOf(flags);
  if (flags.set !== undefined) await registry.setMode(flags.set, subject, { force: flags.force });
  if (flags.unset) await registry.deleteMode(subject!);
  const mode = await registry.mode(subject);
  new Output(io, flags).result({ subject: subject ?? null, mode }, () => mode);
}
