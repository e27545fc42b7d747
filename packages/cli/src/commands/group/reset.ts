import type { Admin, TopicPartition, TopicPartitionOffset } from "@letterpress/client";
import { Command } from "commander";
import { z } from "zod";
import { CliError } from "../../cli-error.ts";
import { addConnectionFlags, withConnection } from "../../connect.ts";
import { checkFlags, connectionFlags } from "../../flags.ts";
import { committedOffsets } from "../../group-offsets.ts";
import type { Io } from "../../io.ts";
import { Output } from "../../output.ts";
import { collect } from "../../repeated-flag.ts";
import { counted, table } from "../../table.ts";

const EXAMPLES = `
Examples:
  letterpress group reset billing --to-earliest --dry-run
  letterpress group reset billing --topic orders.placed --to-offset 1200
  letterpress group reset billing --to-datetime 2026-01-31T00:00:00Z

A group that has members is not touched (exit code 1): stop them first, or they would commit over the reset.`;

const resetFlags = z
  .object({
    ...connectionFlags,
    topic: z.array(z.string()).default([]),
    toEarliest: z.boolean().default(false),
    toLatest: z.boolean().default(false),
    toOffset: z
      .string()
      .regex(/^\d{1,18}$/, "must be an offset, such as 1200")
      .transform(BigInt)
      .optional(),
    toDatetime: z
      .string()
      .transform((text) => new Date(text))
      .refine((date) => !Number.isNaN(date.getTime()), "must be a date such as 2026-01-31T00:00:00Z")
      .optional(),
    dryRun: z.boolean().default(false),
  })
  .refine(
    ({ toEarliest, toLatest, toOffset, toDatetime }) =>
      Number(toEarliest) +
        Number(toLatest) +
        Number(toOffset !== undefined) +
        Number(toDatetime !== undefined) ===
      1,
    "say where to: one of --to-earliest, --to-latest, --to-offset and --to-datetime",
  );

type ResetFlags = z.output<typeof resetFlags>;

export function resetGroup(io: Io): Command {
  return addConnectionFlags(new Command("reset"))
    .summary("move a group's committed offsets")
    .description("Moves the committed offsets of a group that has no members now.")
    .argument("<group>")
    .option(
      "--topic <topic>",
      "only this topic (default: all the group has committed); may be repeated",
      collect,
    )
    .option("--to-earliest", "to the first record")
    .option("--to-latest", "behind the last record")
    .option("--to-offset <offset>", "to an offset, kept within the log")
    .option("--to-datetime <time>", "to the first record from this time on, as ISO 8601")
    .option("--dry-run", "only show what would be committed")
    .addHelpText("after", EXAMPLES)
    .action((name: string, flags) => run(name, checkFlags(resetFlags, flags), io));
}

async function run(group: string, flags: ResetFlags, io: Io): Promise<void> {
  const moves = await withConnection(flags, async ({ admin }) => {
    const { members } = await admin.groups.describe(group);
    if (members.length > 0) {
      throw new CliError(
        "REFUSED",
        `group ${group} has ${counted(members.length, "live member")}; stop them first, or they commit over the reset`,
      );
    }
    const before = await committedOffsets(admin, group);
    const partitions = flags.topic.length === 0 ? before : await partitionsOf(admin, flags.topic);
    if (partitions.length === 0) {
      throw new CliError("REFUSED", `group ${group} has committed nothing; name topics with --topic`);
    }
    const after = await targetOffsets(admin, partitions, flags);
    if (!flags.dryRun) await admin.groups.alterOffsets(group, after);
    return after.map(({ topic, partition, offset }) => {
      const from = before.find((each) => each.topic === topic && each.partition === partition)?.offset;
      return { topic, partition, from: from ?? null, to: offset };
    });
  });
  new Output(io, flags).result({ group, dryRun: flags.dryRun, offsets: moves }, ({ offsets }) =>
    [
      table(
        ["TOPIC", "PARTITION", "FROM", "TO"],
        offsets.map(({ topic, partition, from, to }) => [
          topic,
          String(partition),
          String(from ?? ""),
          String(to),
        ]),
      ),
      flags.dryRun ? "Nothing was changed (--dry-run)." : `Moved ${group}.`,
    ].join("\n"),
  );
}

async function partitionsOf(admin: Admin, topics: readonly string[]): Promise<TopicPartition[]> {
  return (await admin.topics.describe(topics)).flatMap(({ name, partitions }) =>
    partitions.map(({ partition }) => ({ topic: name, partition })),
  );
}

async function targetOffsets(
  admin: Admin,
  partitions: readonly TopicPartition[],
  { toEarliest, toOffset, toDatetime }: ResetFlags,
): Promise<TopicPartitionOffset[]> {
  const [starts, ends] = await Promise.all([
    admin.topics.listOffsets(partitions, "earliest"),
    admin.topics.listOffsets(partitions, "latest"),
  ]);
  if (toEarliest) return starts;
  if (toDatetime !== undefined) {
    const found = await admin.topics.listOffsets(partitions, toDatetime);
    // Nothing is as late as that: the place is behind the last record.
    return found.map((place, index) => (place.offset < 0n ? ends[index]! : place));
  }
  if (toOffset === undefined) return ends;
  return ends.map(({ topic, partition, offset: end }, index) => {
    const start = starts[index]!.offset;
    return { topic, partition, offset: toOffset < start ? start : toOffset > end ? end : toOffset };
  });
}
