import { Command } from "commander";
import type { Io } from "../../io.ts";
import { describeGroup } from "./describe.ts";
import { listGroups } from "./list.ts";
import { resetGroup } from "./reset.ts";

const EXAMPLES = `
Examples:
  letterpress group list
  letterpress group describe billing
  letterpress group reset billing --topic orders.placed --to-earliest --dry-run
  letterpress group reset billing --topic orders.placed --to-datetime 2026-01-31T00:00:00Z`;

export function group(io: Io): Command {
  const command = new Command("group").summary("list, describe and reset consumer groups");
  for (const subcommand of [listGroups, describeGroup, resetGroup]) command.addCommand(subcommand(io));
  return command.addHelpText("after", EXAMPLES);
}
