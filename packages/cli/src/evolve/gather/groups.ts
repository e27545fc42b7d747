import { type Admin, type GroupDescription, LetterpressError } from "@letterpress/client";
import type { GroupFacts, MemberFacts, ReaderKnowledge } from "../facts.ts";

/** Every group that has committed on a topic, or has members that read it. */
export async function groupsOf(
  admin: Admin,
  topic: string,
  part: "key" | "value",
  partitionCount: number,
): Promise<GroupFacts[]> {
  const places = Array.from({ length: partitionCount }, (_, partition) => ({ topic, partition }));
  const found: GroupFacts[] = [];
  for (const { group, protocolType } of await admin.groups.list()) {
    if (protocolType !== "" && protocolType !== "consumer") continue;
    const committed = new Map(
      (await admin.groups.fetchOffsets(group, places)).map(({ partition, offset }) => [partition, offset]),
    );
    const description = await describe(admin, group);
    const members = membersOf(description, topic, part);
    if (committed.size === 0 && members.length === 0) continue;
    found.push({ group, state: description?.state ?? "Unknown", members, committed });
  }
  return found;
}

/** Groups of the newer protocol are not described by the older request: their offsets are known all the same. */
async function describe(admin: Admin, group: string): Promise<GroupDescription | undefined> {
  try {
    return await admin.groups.describe(group);
  } catch (error) {
    if (error instanceof LetterpressError && error.code === "BROKER_ERROR") return undefined;
    throw error;
  }
}

function membersOf(
  description: GroupDescription | undefined,
  topic: string,
  part: "key" | "value",
): MemberFacts[] {
  const members = (description?.members ?? []).filter(
    ({ topics, assignment }) => topics.includes(topic) || assignment.some((each) => each.topic === topic),
  );
  const declaredBy = ({ readerSchemas }: (typeof members)[number]): string | undefined =>
    readerSchemas?.find((each) => each.topic === topic && each.part === part)?.fingerprint;
  const declared = new Set(members.map(declaredBy).filter((each) => each !== undefined));
  const [common] = declared;
  return members.map((member) => {
    const own = declaredBy(member);
    let reader: ReaderKnowledge = { kind: "unknown" };
    if (own !== undefined) reader = { kind: "declared", fingerprint: own };
    else if (common !== undefined && declared.size === 1) reader = { kind: "inferred", fingerprint: common };
    const { memberId, clientId, clientHost, assignment } = member;
    const partitions = assignment.filter((each) => each.topic === topic).map(({ partition }) => partition);
    return { memberId, clientId, clientHost, partitions, reader };
  });
}
