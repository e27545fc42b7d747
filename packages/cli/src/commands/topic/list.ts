import { Command } from "commander";
import { z } from "zod";
import { addConnectionFlags, withConnection } from "../../connect.ts";
import { checkFlags, connectionFlags } from "../../flags.ts";
import type { Io } from "../../io.ts";
import { Output } from "../../output.ts";
import { table } from "../../table.ts";

const listFlags = z.object({ ...connectionFlags, internal: z.boolean().default(false) });

export function listTopics(io: Io): Command {
  return addConnectionFlags(new Command("list"))
    .summary("list the topics")
    .description("Lists the topics with their partitions.")
    .option("--internal", "include the server's own topics")
    .action((flags) => run(flags, io));
}

async function run(input: unknown, io: Io): Promise<void> {
  const flags = checkFlags(listFlags, input);
  const topics = await withConnection(flags, async ({ admin }) => {
    const names = await admin.topics.list({ includeInternal: flags.internal });
    // Without names, a broker would describe all topics.
    return names.length === 0 ? [] : admin.topics.describe(names);
  });
  const listing = topics
    .map(({ name, partitions }) => ({ topic: name, partitions: partitions.length }))
    .toSorted((a, b) => (a.topic < b.topic ? -1 : 1));
  new Output(io, flags).result(listing, () =>
    listing.length === 0
      ? 'There are no topics; "letterpress apply" or "letterpress topic create" makes some.'
      : table(
          ["TOPIC", "PARTITIONS"],
          listing.map(({ topic, partitions }) => [topic, String(partitions)]),
        ),
  );
}
