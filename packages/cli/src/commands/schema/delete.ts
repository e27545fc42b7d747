import { Command } from "commander";
import { z } from "zod";
import { CliError } from "../../cli-error.ts";
import { addConnectionFlags, withConnection } from "../../connect.ts";
import { checkFlags, connectionFlags, count } from "../../flags.ts";
import type { Io } from "../../io.ts";
import { Output } from "../../output.ts";
import { Progress } from "../../progress.ts";
import { type RetainedUse, retainedUses } from "../../schema-tools/retained-uses.ts";
import { unlessMissing } from "../../schema-tools/unless-missing.ts";
import { counted } from "../../table.ts";

const EXAMPLES = `
Examples:
  letterpress schema delete drafts-value                        soft: records stay readable, and it can come back
  letterpress schema delete orders.placed-value --version 2
  letterpress schema delete orders.placed-value --version 2 --permanent

What is deleted for good cannot be read any more: --permanent is refused (exit code 1) while records of the subject's
topic were written with it, or while other schemas include it. --force skips the look into the log.`;

const flagsSchema = z
  .object({
    ...connectionFlags,
    version: count.optional(),
    permanent: z.boolean().default(false),
    force: z.boolean().default(false),
  })
  .refine(
    ({ permanent, force }) => permanent || !force,
    "--force needs --permanent: a soft delete harms no record",
  );

export function deleteSchemas(io: Io): Command {
  return addConnectionFlags(new Command("delete"))
    .summary("delete a subject or one version of it")
    .description("Deletes a subject or one version: softly, or for good when no record needs it any more.")
    .argument("<subject>")
    .option("--version <version>", "only this version")
    .option("--permanent", "delete for good; a soft delete comes first by itself")
    .option("--force", "do not look into the log")
    .addHelpText("after", EXAMPLES)
    .action((subject: string, flags) => run(subject, flags, io));
}

async function run(subject: string, input: unknown, io: Io): Promise<void> {
  const flags = checkFlags(flagsSchema, input);
  await withConnection(flags, async (connected) => {
    const { registry } = connected;
    if (flags.permanent && !flags.force) {
      using progress = new Progress(io, "records");
      const uses = await retainedUses(connected, subject, flags.version, (records) =>
        progress.update(records),
      );
      if (uses.length > 0) throw new CliError("REFUSED", usesText(subject, uses));
    }
    const versions =
      flags.version === undefined ? await registry.versions(subject, { deleted: true }) : [flags.version];
    const live = (await unlessMissing(registry.versions(subject))) ?? [];
    if (versions.some((version) => live.includes(version))) {
      await (flags.version === undefined
        ? registry.deleteSubject(subject)
        : registry.deleteVersion(subject, flags.version));
    }
    if (flags.permanent) {
      const options = { permanent: true };
      await (flags.version === undefined
        ? registry.deleteSubject(subject, options)
        : registry.deleteVersion(subject, flags.version, options));
    }
    const how = flags.permanent ? "Deleted for good" : "Deleted";
    new Output(io, flags).result(
      { subject, versions, permanent: flags.permanent },
      () => `${how}: ${counted(versions.length, "version")} of ${subject}.`,
    );
  });
}

function usesText(subject: string, uses: readonly RetainedUse[]): string {
  const lines = uses.map(
    ({ topic, version, records }) => `${counted(records, "record")} of ${topic} with version ${version}`,
  );
  return `${subject} was not deleted for good: the log still has ${lines.join(", ")}; without --permanent they stay readable`;
}
