import type { Admin, ConfigEntry } from "@letterpress/client";
import { Command } from "commander";
import { z } from "zod";
import { addConnectionFlags, withConnection } from "../../connect.ts";
import { checkFlags, connectionFlags } from "../../flags.ts";
import type { Io } from "../../io.ts";
import { Output } from "../../output.ts";
import { counted, table } from "../../table.ts";
import { describeProducers, producersText } from "./topic-producers.ts";

const describeFlags = z.object({
  ...connectionFlags,
  all: z.boolean().default(false),
  producers: z.boolean().default(false),
});

type DescribeFlags = z.output<typeof describeFlags>;

export function describeTopic(io: Io): Command {
  return addConnectionFlags(new Command("describe"))
    .summary("show a topic's partitions, offsets and configs")
    .description("Shows a topic's partitions with their leaders and offsets, and its configs.")
    .argument("<topic>")
    .option("--all", "show configs that have their default, too")
    .option("--producers", "show who writes to it, and with which schemas")
    .action((name: string, flags) => run(name, flags, io));
}

async function run(name: string, input: unknown, io: Io): Promise<void> {
  const flags = checkFlags(describeFlags, input);
  const description = await withConnection(flags, ({ admin }) => describe(admin, name, flags));
  new Output(io, flags).result(description, describeText);
}

async function describe(admin: Admin, topic: string, flags: DescribeFlags) {
  const [metadata] = await admin.topics.describe([topic]);
  const places = metadata!.partitions.map(({ partition }) => ({ topic, partition }));
  const [starts, ends, configs] = await Promise.all([
    admin.topics.listOffsets(places, "earliest"),
    admin.topics.listOffsets(places, "latest"),
    admin.configs.describe({ topic }),
  ]);
  return {
    topic,
    partitions: metadata!.partitions.map(({ partition, leaderId, replicas, inSyncReplicas }, index) => ({
      partition,
      leader: leaderId,
      replicas,
      inSyncReplicas,
      logStartOffset: starts[index]!.offset,
      logEndOffset: ends[index]!.offset,
    })),
    configs: configsOf(configs, flags.all),
    ...(flags.producers ? { producers: await describeProducers(admin, topic) } : {}),
  };
}

function configsOf(entries: readonly ConfigEntry[], withDefaults: boolean): Record<string, string | null> {
  return Object.fromEntries(
    entries.filter(({ isDefault }) => withDefaults || !isDefault).map(({ name, value }) => [name, value]),
  );
}

function describeText(description: Awaited<ReturnType<typeof describe>>): string {
  const { topic, partitions, configs, producers } = description;
  const rows = partitions.map(
    ({ partition, leader, replicas, inSyncReplicas, logStartOffset, logEndOffset }) => [
      String(partition),
      String(leader),
      replicas.join(","),
      inSyncReplicas.join(","),
      String(logStartOffset),
      String(logEndOffset),
    ],
  );
  const settings = Object.entries(configs).map(([name, value]) => `  ${name}=${value ?? "(secret)"}`);
  return [
    `${topic}, ${counted(partitions.length, "partition")}`,
    table(["PARTITION", "LEADER", "REPLICAS", "IN SYNC", "START", "END"], rows),
    ...(producers === undefined ? [] : [producersText(producers)]),
    ...(settings.length === 0 ? [] : ["Configs:", ...settings]),
  ].join("\n");
}
