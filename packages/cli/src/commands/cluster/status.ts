import { type ClusterStatus, describeCluster } from "@letterpress/server";
import { Command } from "commander";
import { CliError } from "../../cli-error.ts";
import { addClusterConnectionFlags, type ClusterFlags, resolveClusterConfig } from "../../cluster-flags.ts";
import type { Io } from "../../io.ts";
import { Output } from "../../output.ts";
import { counted, table } from "../../table.ts";

interface StatusFlags extends ClusterFlags {
  readonly config?: string;
  readonly json?: boolean;
}

export function clusterStatus(io: Io): Command {
  return addClusterConnectionFlags(new Command("status"))
    .summary("show brokers, controller, leaders, replicas, and what is wrong")
    .description(
      "Shows a cluster as NATS has it: brokers, controller, leaders, stream replicas and what is wrong. " +
        "Exits with 1 when anything is.",
    )
    .option("--json", "print one JSON document")
    .action((flags: StatusFlags) => run(flags, io));
}

async function run(flags: StatusFlags, io: Io): Promise<void> {
  const status = await describeCluster(resolveClusterConfig(flags, io));
  new Output(io, flags).result(status, describe);
  const { problems } = status;
  if (problems.length > 0)
    throw new CliError("UNHEALTHY", `${counted(problems.length, "problem")}, see above`);
}

function describe({ brokers, controllerId, partitions, problems, advice }: ClusterStatus): string {
  const led = (nodeId: number): number => partitions.filter(({ leaderId }) => leaderId === nodeId).length;
  const brokerRows = brokers.map(({ nodeId, host, port, isStopping }) => [
    String(nodeId),
    `${host}:${port}`,
    nodeId === controllerId ? "controller" : "",
    isStopping ? "stopping" : String(led(nodeId)),
  ]);
  const partitionRows = partitions.map((each) => [
    each.topic,
    String(each.partition),
    each.leaderId < 0 ? "none" : String(each.leaderId),
    String(each.leaderEpoch),
    `${each.replicasInSync}/${each.replicas}`,
    String(each.lagMessages),
    String(each.bytes),
  ]);
  return [
    table(["BROKER", "ADDRESS", "ROLE", "LEADS"], brokerRows),
    table(["TOPIC", "PARTITION", "LEADER", "EPOCH", "IN SYNC", "LAG", "BYTES"], partitionRows),
    [
      ...advice.map((each) => `Advice: ${each}.`),
      ...(problems.length === 0 ? ["Nothing is wrong."] : problems.map((each) => `Problem: ${each}.`)),
    ].join("\n"),
  ].join("\n\n");
}
