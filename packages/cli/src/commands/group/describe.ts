import type { Admin, GroupDescription } from "@letterpress/client";
import { Command } from "commander";
import { z } from "zod";
import { CliError } from "../../cli-error.ts";
import { addConnectionFlags, withConnection } from "../../connect.ts";
import { checkFlags, connectionFlags } from "../../flags.ts";
import { committedOffsets } from "../../group-offsets.ts";
import type { Io } from "../../io.ts";
import { Output } from "../../output.ts";
import { counted, table } from "../../table.ts";

const describeFlags = z.object(connectionFlags);

export function describeGroup(io: Io): Command {
  return addConnectionFlags(new Command("describe"))
    .summary("show a group's members, committed offsets and lag")
    .description("Shows a group's state, its members with their partitions, and how far it is behind.")
    .argument("<group>")
    .action((name: string, flags) => run(name, flags, io));
}

async function run(name: string, input: unknown, io: Io): Promise<void> {
  const flags = checkFlags(describeFlags, input);
  const description = await withConnection(flags, ({ admin }) => describe(admin, name));
  new Output(io, flags).result(description, describeText);
}

async function describe(admin: Admin, name: string) {
  const { group, state, assignor, members } = await admin.groups.describe(name);
  const committed = await committedOffsets(admin, name);
  if (state === "Dead" && committed.length === 0) {
    throw new CliError("REFUSED", `there is no group ${name}; "letterpress group list" shows those that are`);
  }
  const ends = await admin.topics.listOffsets(committed, "latest");
  return {
    group,
    state,
    assignor,
    members: members.map(({ memberId, clientId, clientHost, groupInstanceId, assignment }) => {
      return { memberId, clientId, clientHost, groupInstanceId, assignment };
    }),
    offsets: committed.map(({ topic, partition, offset }, index) => {
      const end = ends[index]!.offset;
      const memberId = ownerOf(members, topic, partition);
      return { topic, partition, committed: offset, end, lag: end > offset ? end - offset : 0n, memberId };
    }),
  };
}

function ownerOf(members: GroupDescription["members"], topic: string, partition: number): string | undefined {
  return members.find(({ assignment }) =>
    assignment.some((each) => each.topic === topic && each.partition === partition),
  )?.memberId;
}

function describeText({ group, state, members, offsets }: Awaited<ReturnType<typeof describe>>): string {
  const lines = [`${group}: ${state}, ${counted(members.length, "member")}`];
  if (members.length > 0) {
    const rows = members.map(({ memberId, clientId, clientHost, assignment }) => [
      memberId,
      clientId,
      clientHost,
      assignment.map(({ topic, partition }) => `${topic}-${partition}`).join(" "),
    ]);
    lines.push(table(["MEMBER", "CLIENT", "HOST", "PARTITIONS"], rows));
  }
  if (offsets.length === 0) return [...lines, "Nothing is committed."].join("\n");
  const rows = offsets.map(({ topic, partition, committed, end, lag }) => [
    topic,
    String(partition),
    String(committed),
    String(end),
    String(lag),
  ]);
  return [...lines, table(["TOPIC", "PARTITION", "COMMITTED", "END", "LAG"], rows)].join("\n");
}
