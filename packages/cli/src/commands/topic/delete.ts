import { Command } from "commander";
import { z } from "zod";
import { addConnectionFlags, withConnection } from "../../connect.ts";
import { checkFlags, connectionFlags } from "../../flags.ts";
import type { Io } from "../../io.ts";
import { Output } from "../../output.ts";

const deleteFlags = z.object(connectionFlags);

export function deleteTopics(io: Io): Command {
  return addConnectionFlags(new Command("delete"))
    .summary("delete topics and their records")
    .description("Deletes topics with all their records. Their schemas stay in the registry.")
    .argument("<topic...>")
    .action((names: string[], flags) => run(names, flags, io));
}

async function run(names: readonly string[], input: unknown, io: Io): Promise<void> {
  const flags = checkFlags(deleteFlags, input);
  await withConnection(flags, ({ admin }) => admin.topics.delete(names));
  new Output(io, flags).result({ deleted: names }, () => `Deleted ${names.join(", ")}.`);
}
