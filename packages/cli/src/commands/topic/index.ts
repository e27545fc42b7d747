import { Command } from "commander";
import type { Io } from "../../io.ts";
import { createTopic } from "./create.ts";
import { deleteTopics } from "./delete.ts";
import { describeTopic } from "./describe.ts";
import { listTopics } from "./list.ts";

const EXAMPLES = `
Examples:
  letterpress topic list
  letterpress topic describe orders.placed
  letterpress topic create audit --partitions 3 --config retention.ms=86400000
  letterpress topic delete audit`;

export function topic(io: Io): Command {
  const command = new Command("topic").summary("list, describe, create and delete topics");
  for (const subcommand of [listTopics, describeTopic, createTopic, deleteTopics]) {
    command.addCommand(subcommand(io));
  }
  return command.addHelpText("after", EXAMPLES);
}
