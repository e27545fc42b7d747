import { checkCompatibility } from "@letterpress/schema";
import type { KnownVersion, MemberFacts, SubjectFacts, TopicFacts } from "./facts.ts";
import { fieldOf } from "./reasons.ts";
import type { Breakage, ReaderRow, WriterRow } from "./report.ts";
import { isLive, whoDo } from "./writers.ts";

/** Every live member of the topics' groups: what it reads with, and why it could not read the candidate's records. */
export function readersOf({ candidate, versions, topics }: SubjectFacts): ReaderRow[] {
  const rowOf = (topic: TopicFacts, group: string, member: MemberFacts): ReaderRow => {
    const { memberId, clientId, clientHost, reader } = member;
    const common = { topic: topic.topic, group, memberId, clientId, clientHost, knowledge: reader.kind };
    if (reader.kind === "unknown") {
      return { ...common, readsWith: undefined, reasons: reasonsAgainst(versions.at(-1)) };
    }
    if (reader.fingerprint === candidate.fingerprint) {
      return { ...common, readsWith: "candidate", reasons: [] };
    }
    const version = versions.findLast(({ fingerprint }) => fingerprint === reader.fingerprint);
    // A build whose schema was never registered, or is deleted by now: the latest version is the best guess.
    return { ...common, readsWith: version?.version, reasons: reasonsAgainst(version ?? versions.at(-1)) };
  };
  const reasonsAgainst = (version: KnownVersion | undefined): ReaderRow["reasons"] =>
    version === undefined ? [] : checkCompatibility({ reader: version.parsed, writer: candidate.parsed });
  return topics.flatMap((topic) =>
    topic.groups.flatMap(({ group, members }) => members.map((member) => rowOf(topic, group, member))),
  );
}

/** The members that could not read what a producer writes with the candidate, one breakage per group and field. */
export function breakagesOfReaders(
  { versions }: SubjectFacts,
  readers: readonly ReaderRow[],
  writers: readonly WriterRow[],
): Breakage[] {
  const found = new Map<string, Breakage & { members: string[] }>();
  for (const { topic, group, memberId, knowledge, readsWith, reasons } of readers) {
    const version = versions.find((each) => each.version === readsWith) ?? versions.at(-1);
    for (const reason of reasons) {
      const field = fieldOf(reason, version!.parsed);
      const key = `${topic} ${group} ${field} ${knowledge} ${readsWith} ${reason.rule}`;
      const known = found.get(key);
      if (known !== undefined) known.members.push(memberId);
      else {
        const reading = `${readsWith === undefined ? "if it reads" : "reads"} with version ${version!.version}`;
        const why = `${reading}: ${reason.message}${alreadyText(topic, writers)}`;
        const { rule } = reason;
        found.set(key, {
          kind: "reading-new",
          topic,
          group,
          members: [memberId],
          knowledge,
          field,
          why,
          rule,
        });
      }
    }
  }
  return [...found.values()];
}

/** Producers that were deployed before the consumers are the ones that break them. */
function alreadyText(topic: string, writers: readonly WriterRow[]): string {
  const early = writers.filter((row) => row.topic === topic && row.writesWith === "candidate" && isLive(row));
  if (early.length === 0) return "";
  return `; ${whoDo(early, "write")} with the new schema already`;
}
