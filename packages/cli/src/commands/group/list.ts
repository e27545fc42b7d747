import { Command } from "commander";
import { z } from "zod";
import { addConnectionFlags, withConnection } from "../../connect.ts";
import { checkFlags, connectionFlags } from "../../flags.ts";
import type { Io } from "../../io.ts";
import { Output } from "../../output.ts";
import { table } from "../../table.ts";

const listFlags = z.object(connectionFlags);

export function listGroups(io: Io): Command {
  return addConnectionFlags(new Command("list"))
    .summary("list the consumer groups")
    .description("Lists the consumer groups of all brokers with their states.")
    .action((flags) => run(flags, io));
}

async function run(input: unknown, io: Io): Promise<void> {
  const flags = checkFlags(listFlags, input);
  const groups = await withConnection(flags, ({ admin }) => admin.groups.list());
  const sorted = groups.toSorted((a, b) => (a.group < b.group ? -1 : 1));
  new Output(io, flags).result(sorted, () =>
    sorted.length === 0
      ? "There are no consumer groups."
      : table(
          ["GROUP", "STATE", "PROTOCOL"],
          sorted.map(({ group, state, protocolType }) => [group, state, protocolType]),
        ),
  );
}
