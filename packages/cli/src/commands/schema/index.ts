import { Command } from "commander";
import type { Io } from "../../io.ts";
import { checkSchemas } from "./check.ts";
import { configureSchemas } from "./config.ts";
import { deleteSchemas } from "./delete.ts";
import { diffSchemas } from "./diff.ts";
import { evolveSchemas } from "./evolve.ts";
import { exportSchemas } from "./export.ts";
import { importSchemas } from "./import.ts";
import { listSubjects } from "./list.ts";
import { switchMode } from "./mode.ts";
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

const SUBCOMMANDS = [
  checkSchemas,
  diffSchemas,
  evolveSchemas,
  registerSchemas,
  listSubjects,
  showSchema,
  deleteSchemas,
  exportSchemas,
  importSchemas,
  configureSchemas,
  switchMode,
] as const;

export function schema(io: Io): Command {
  const command = new Command("schema").summary("check, evolve, register and move schemas");
  for (const subcommand of SUBCOMMANDS) command.addCommand(subcommand(io));
  return command.addHelpText("after", EXAMPLES);
}
