import { Command } from "commander";
import type { Io } from "../../io.ts";
import { clusterStatus } from "./status.ts";

const EXAMPLES = `
Examples:
  letterpress cluster status --cluster nats://one:4222
  letterpress cluster status --cluster nats://one:4222,nats://two:4222 --json`;

export function cluster(io: Io): Command {
  return new Command("cluster")
    .summary("look at the brokers of a cluster")
    .addCommand(clusterStatus(io))
    .addHelpText("after", EXAMPLES);
}
