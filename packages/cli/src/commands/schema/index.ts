import { Command } from "commander";
import type { Io } from "../../io.ts";
import { checkSchemas } from "./check.ts";
import { evolveSchemas } from "./evolve.ts";
import { listSubjects } from "./list.ts";
import { registerSchemas } from "./register.ts";
import { showSchema } from "./show.ts";

const EXAMPLES = `
Examples:
  letterpress schema check                        all schemas of the contracts
  letterpress schema check schemas/orders/order_placed.avsc
  letterpress schema evolve                       whom edited schemas would break, and how to deploy them
  letterpress schema register draft.avsc --subject drafts-value
  letterpress schema list
  letterpress schema show orders.placed-value --version 2`;

export function schema(io: Io): Command {
  const command = new Command("schema").summary("check, register, list and show schemas");
  for (const subcommand of [checkSchemas, evolveSchemas, registerSchemas, listSubjects, showSchema]) {
    command.addCommand(subcommand(io));
  }
  return command.addHelpText("after", EXAMPLES);
}
