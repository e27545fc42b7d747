import { resolve } from "node:path";
import { type ServerConfig, startServer } from "@letterpress/server";
import { Command } from "commander";
import { onInterruption, whenAborted } from "../interruption.ts";
import type { Io } from "../io.ts";
import { Output } from "../output.ts";
import {
  addClusterFlags,
  addServerFlags,
  resolveServerConfig,
  type ServerFlags,
} from "../serve/server-flags.ts";

const EXAMPLES = `
Examples:
  letterpress serve
  letterpress serve --memory --kafka 127.0.0.1:0 --http 127.0.0.1:0 --json
  letterpress serve --data /var/lib/letterpress --set num.partitions=3
  letterpress serve --cluster nats://one:4222,nats://two:4222,nats://three:4222 --node-id 2

Settings come from the config file, then the environment (LETTERPRESS_KAFKA, LETTERPRESS_BROKER_NUM_PARTITIONS
and so on), then the flags; the later wins. SIGINT and SIGTERM close the server in good order; a second one ends it
at once.`;

export function serve(io: Io): Command {
  return addClusterFlags(addServerFlags(new Command("serve")))
    .summary("run the server: broker and registry in one process")
    .description("Runs the server: the Kafka protocol, the schema registry and metrics in one process.")
    .option(
      "--json",
      `print {"event":"ready","kafka":"host:port","http":"http://host:port"} when it is ready`,
    )
    .addHelpText("after", EXAMPLES)
    .action((flags: ServeFlags) => run(flags, io));
}

interface ServeFlags extends ServerFlags {
  readonly json?: boolean;
}

function describeData({ cluster, data, nodeId }: ServerConfig, io: Io): string {
  if (cluster !== undefined) return `on NATS at ${cluster.servers.join(", ")}, as broker ${nodeId}`;
  return data === undefined ? "in memory, gone at the end" : resolve(io.cwd(), data);
}

async function run(flags: ServeFlags, io: Io): Promise<void> {
  const config = resolveServerConfig(flags, io);
  using interruption = onInterruption();
  const server = await startServer(config);
  const { kafka, http } = server;
  const data = describeData(config, io);
  new Output(io, flags).result({ event: "ready", kafka, http }, () =>
    [
      `Ready after ${Math.round(performance.now())} ms.`,
      `  Kafka protocol  ${kafka}`,
      `  Registry        ${http}`,
      `  Metrics         ${http}/metrics`,
      `  Data            ${data}`,
      "Stop it with Ctrl+C.",
    ].join("\n"),
  );
  await whenAborted(interruption);
  await server.close();
}
