import { Command } from "commander";
import { z } from "zod";
import { addRegistryFlags, registryOf } from "../../connect.ts";
import { addContractsFlag } from "../../contracts.ts";
import { checkFlags, registryFlags } from "../../flags.ts";
import type { Io } from "../../io.ts";
import { Output } from "../../output.ts";
import { registerAll } from "../../schema-tools/register-all.ts";
import { registryBaseline } from "../../schemas/baseline.ts";
import { schemaSources } from "../../schemas/schema-sources.ts";
import { table } from "../../table.ts";
import { checkAll, throwIfRefused } from "./check.ts";

const EXAMPLES = `
Examples:
  letterpress schema register
  letterpress schema register draft.avsc --subject drafts-value

What a schema includes is found among the contracts' files and registered before it. All or none: every schema is
checked first, and when one is refused on the way the others are taken back (exit code 1). A schema that is registered
already keeps its version.`;

const flagsSchema = z.object({
  ...registryFlags,
  contracts: z.string(),
  subject: z.string().optional(),
  include: z.string().optional(),
});

export function registerSchemas(io: Io): Command {
  return addContractsFlag(addRegistryFlags(new Command("register")))
    .summary("register schemas, and what they include, as the next versions")
    .description(
      "Registers schemas, and before them what they include, as the next versions of their subjects.",
    )
    .argument("[file]", "an .avsc or .proto file (default: all schemas of the contracts)")
    .option("--subject <subject>", "the file's subject (default: that of the topic that uses it)")
    .option("--include <dir>", "where a file of no contract finds what it includes (default: its folder)")
    .addHelpText("after", EXAMPLES)
    .action((file: string | undefined, flags) => run(file, flags, io));
}

async function run(file: string | undefined, input: unknown, io: Io): Promise<void> {
  const flags = checkFlags(flagsSchema, input);
  const { subject, include, contracts } = flags;
  const sources = await schemaSources({ file, subject, include, contracts }, io.cwd());
  const registry = registryOf(flags);
  throwIfRefused(await checkAll(registryBaseline(registry), sources));
  const registered = await registerAll(registry, sources);
  new Output(io, flags).result(registered, () =>
    table(
      ["SUBJECT", "VERSION", "ID"],
      registered.map(({ subject, version, id }) => [subject, String(version), String(id)]),
    ),
  );
}
