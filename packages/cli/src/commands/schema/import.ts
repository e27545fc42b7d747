import { resolve } from "node:path";
import { Command } from "commander";
import { z } from "zod";
import { addRegistryFlags, registryOf } from "../../connect.ts";
import { checkFlags, registryFlags } from "../../flags.ts";
import type { Io } from "../../io.ts";
import { Output } from "../../output.ts";
import { Progress } from "../../progress.ts";
import { restoreSnapshot } from "../../schema-tools/restore-snapshot.ts";
import { readSnapshot } from "../../schema-tools/snapshot.ts";
import { counted } from "../../table.ts";

const EXAMPLES = `
Examples:
  letterpress schema import registry.json --dry-run
  letterpress schema import registry.json --registry http://other:8081

Everything is compared first. Nothing is imported when the registry has other schemas under the same ids or versions
(exit code 1); what it has already is left as it is, so that an import that was cut off can be run again.`;

const flagsSchema = z.object({ ...registryFlags, dryRun: z.boolean().default(false) });

export function importSchemas(io: Io): Command {
  return addRegistryFlags(new Command("import"))
    .summary("restore exported subjects under their ids and versions")
    .description(
      'Registers what "schema export" has written, under the same ids and versions, in mode IMPORT.',
    )
    .argument("<file>")
    .option("--dry-run", "only tell what would be imported")
    .addHelpText("after", EXAMPLES)
    .action((file: string, flags) => run(file, flags, io));
}

async function run(file: string, input: unknown, io: Io): Promise<void> {
  const flags = checkFlags(flagsSchema, input);
  using progress = new Progress(io, "versions");
  const snapshot = await readSnapshot(resolve(io.cwd(), file), file);
  const { imported, present, weakened } = await restoreSnapshot(registryOf(flags), snapshot, {
    dryRun: flags.dryRun,
    onProgress: (count) => progress.update(count),
  });
  const verb = flags.dryRun ? "Would import" : "Imported";
  new Output(io, flags).result({ dryRun: flags.dryRun, imported, present, weakened }, () =>
    [
      `${verb} ${counted(imported, "version")}; ${present} already there.`,
      ...weakened.map((subject) => `${subject} has FULL_TRANSITIVE: the registry does not know STRICT.`),
    ].join("\n"),
  );
}
