import { setTimeout as delay } from "node:timers/promises";
import { type Admin, LetterpressError } from "@letterpress/client";
import { Command } from "commander";
import { z } from "zod";
import { addConnectionFlags, withConnection } from "../../connect.ts";
import { checkFlags, connectionFlags, count } from "../../flags.ts";
import type { Io } from "../../io.ts";
import { Output } from "../../output.ts";
import { collect, parseAssignment } from "../../repeated-flag.ts";

/** Brokers hear of a topic a moment after the controller has made it. */
const VISIBLE_WITHIN_MS = 10_000;
const POLL_MS = 50;

const createFlags = z.object({
  ...connectionFlags,
  partitions: count.optional(),
  replicationFactor: count.optional(),
  config: z.array(z.string()).default([]),
});

export function createTopic(io: Io): Command {
  return addConnectionFlags(new Command("create"))
    .summary("create a topic")
    .description("Creates a topic.")
    .argument("<topic>")
    .option("--partitions <count>", "how many partitions (default: the broker's num.partitions)")
    .option("--replication-factor <count>", "copies of each partition (default: the broker's)")
    .option(
      "--config <name=value>",
      "a topic config, such as retention.ms=86400000; may be repeated",
      collect,
    )
    .action((name: string, flags) => run(name, flags, io));
}

async function run(name: string, input: unknown, io: Io): Promise<void> {
  const flags = checkFlags(createFlags, input);
  const configs = Object.fromEntries(flags.config.map(parseAssignment));
  const partitions = await withConnection(flags, async ({ admin }) => {
    const { replicationFactor } = flags;
    await admin.topics.create([{ name, partitions: flags.partitions, replicationFactor, configs }]);
    return partitionsOf(admin, name);
  });
  new Output(io, flags).result({ topic: name, partitions, configs }, () => {
    return `Created ${name} with ${partitions} partition${partitions === 1 ? "" : "s"}.`;
  });
}

async function partitionsOf(admin: Admin, name: string): Promise<number> {
  const deadlineMs = performance.now() + VISIBLE_WITHIN_MS;
  for (;;) {
    try {
      const [created] = await admin.topics.describe([name]);
      return created!.partitions.length;
    } catch (error) {
      const isUnknown = error instanceof LetterpressError && error.code === "UNKNOWN_TOPIC";
      if (!isUnknown || performance.now() > deadlineMs) throw error;
    }
    await delay(POLL_MS);
  }
}
