import { Command } from "commander";
import type { Io } from "../../io.ts";
import { clusterImport } from "./import.ts";
import { clusterStatus } from "./status.ts";

const EXAMPLES = `
Examples:
  letterpress cluster status --cluster nats://one:4222
  letterpress cluster status --cluster nats://one:4222,nats://two:4222 --json
  LETTERPRESS_NATS_PASSWORD=... letterpress cluster status --cluster tls://one:4222 --nats-user broker --nats-ca ca.pem
  letterpress cluster import --data .letterpress/data --cluster nats://one:4222`;

export function cluster(io: Io): Command {
  return new Command("cluster")
    .summary("look at the brokers of a cluster, or move a data folder into one")
    .addCommand(clusterStatus(io))
    .addCommand(clusterImport(io))
    .addHelpText("after", EXAMPLES);
}
