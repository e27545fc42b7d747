import { Command } from "commander";
import { z } from "zod";
import { addRegistryFlags, registryOf } from "../../connect.ts";
import { checkFlags, count, registryFlags } from "../../flags.ts";
import type { Io } from "../../io.ts";
import { Output } from "../../output.ts";

const flagsSchema = z.object({ ...registryFlags, version: count.optional() });

export function showSchema(io: Io): Command {
  return addRegistryFlags(new Command("show"))
    .summary("print a registered schema")
    .description("Prints a registered schema; with --json, its id, version and references, too.")
    .argument("<subject>")
    .option("--version <version>", "default: the newest")
    .action((subject: string, flags) => run(subject, flags, io));
}

async function run(name: string, input: unknown, io: Io): Promise<void> {
  const flags = checkFlags(flagsSchema, input);
  const registered = await registryOf(flags).version(name, flags.version ?? "latest");
  const { subject, version, id, guid, schema } = registered;
  const { format, references } = schema;
  new Output(io, flags).result({ subject, version, id, guid, format, references, schema: schema.text }, () =>
    schema.text.trimEnd(),
  );
}
