import { Command } from "commander";
import { z } from "zod";
import { addRegistryFlags, registryOf } from "../../connect.ts";
import { checkFlags, registryFlags } from "../../flags.ts";
import type { Io } from "../../io.ts";
import { Output } from "../../output.ts";
import { table } from "../../table.ts";

const flagsSchema = z.object({ ...registryFlags, prefix: z.string().optional() });

export function listSubjects(io: Io): Command {
  return addRegistryFlags(new Command("list"))
    .summary("list the subjects")
    .description("Lists the registry's subjects with their newest versions.")
    .option("--prefix <prefix>", "only subjects that begin so")
    .action((flags) => run(flags, io));
}

async function run(input: unknown, io: Io): Promise<void> {
  const flags = checkFlags(flagsSchema, input);
  const registry = registryOf(flags);
  const subjects: { subject: string; version: number; id: number; format: string }[] = [];
  for (const name of (await registry.subjects({ subjectPrefix: flags.prefix })).toSorted()) {
    const { subject, version, id, schema } = await registry.latest(name);
    subjects.push({ subject, version, id, format: schema.format });
  }
  new Output(io, flags).result(subjects, () =>
    subjects.length === 0
      ? 'There are no subjects; "letterpress apply" or "letterpress schema register" makes some.'
      : table(
          ["SUBJECT", "VERSION", "ID", "FORMAT"],
          subjects.map(({ subject, version, id, format }) => [subject, String(version), String(id), format]),
        ),
  );
}
