import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Command } from "commander";
import { z } from "zod";
import { addRegistryFlags, registryOf } from "../../connect.ts";
import { checkFlags, registryFlags } from "../../flags.ts";
import type { Io } from "../../io.ts";
import { Output } from "../../output.ts";
import { Progress } from "../../progress.ts";
import { takeSnapshot } from "../../schema-tools/take-snapshot.ts";
import { counted } from "../../table.ts";

const EXAMPLES = `
Examples:
  letterpress schema export --out registry.json                         the whole registry
  letterpress schema export orders.placed-value --out orders.json       some subjects, and what they include
  letterpress schema export --out schemas/registry.lock.json            for "schema check --offline"

The file keeps ids, versions, references, levels and soft-deleted versions; "schema import" restores them in another
registry, ours or Confluent's.`;

const flagsSchema = z.object({ ...registryFlags, out: z.string().optional() });

export function exportSchemas(io: Io): Command {
  return addRegistryFlags(new Command("export"))
    .summary("write subjects with their ids and versions into a file")
    .description("Writes the whole registry, or some subjects and what they include, into one JSON document.")
    .argument("[subject...]", "default: all subjects")
    .option("--out <file>", "where to (default: stdout)")
    .addHelpText("after", EXAMPLES)
    .action((subjects: string[], flags) => run(subjects, flags, io));
}

async function run(subjects: readonly string[], input: unknown, io: Io): Promise<void> {
  const flags = checkFlags(flagsSchema, input);
  using progress = new Progress(io, "versions");
  const chosen = subjects.length === 0 ? undefined : subjects;
  const snapshot = await takeSnapshot(registryOf(flags), chosen, (count) => progress.update(count));
  const text = JSON.stringify(snapshot, undefined, 2);
  if (flags.out === undefined) return new Output(io, flags).result(snapshot, () => text);
  await writeFile(resolve(io.cwd(), flags.out), `${text}\n`);
  const versions = snapshot.subjects.reduce((sum, each) => sum + each.versions.length, 0);
  const written = { out: flags.out, subjects: snapshot.subjects.length, versions };
  new Output(io, flags).result(
    written,
    () =>
      `Wrote ${counted(versions, "version")} of ${counted(written.subjects, "subject")} into ${flags.out}.`,
  );
}
