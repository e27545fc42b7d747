import { checkCompatibility, type Incompatibility } from "@letterpress/schema";
import type { GroupFacts, RetainedSchema, SubjectFacts, TopicFacts } from "./facts.ts";
import { fieldOf } from "./reasons.ts";
import type { Breakage, GroupBehind, RetainedRow } from "./report.ts";

/** Every schema id in the retained logs: whether the candidate reads it, and who has not read the last of it yet. */
export function retainedOf({ candidate, versions, topics }: SubjectFacts): RetainedRow[] {
  return topics.flatMap((topic) =>
    topic.retained.map((retained): RetainedRow => {
      const { schemaId, parsed, ranges } = retained;
      return {
        topic: topic.topic,
        schemaId,
        version: versions.find(({ id }) => id === schemaId)?.version,
        records: ranges.reduce((sum, { count }) => sum + count, 0),
        lastOffsets: ranges.map(({ partition, lastOffset }) => ({ partition, offset: lastOffset })),
        reasons:
          parsed === undefined
            ? [unknownSchema(schemaId)]
            : checkCompatibility({ reader: candidate.parsed, writer: parsed }),
        groupsBehind: topic.groups.flatMap((group) => behind(group, retained)),
      };
    }),
  );
}

/** Why nobody reads what is written with a schema that the registry has lost, or never had. */
export function unknownSchema(schemaId: number): Incompatibility {
  return { rule: "UNKNOWN_SCHEMA", path: "/", message: `the registry has no schema with id ${schemaId}` };
}

/** A group is behind in a partition while it has committed no offset behind the last record of the schema. */
function behind({ group, committed, members }: GroupFacts, { ranges }: RetainedSchema): GroupBehind[] {
  // A group that never committed on the topic and has no member on it has no stake in it.
  if (committed.size === 0 && members.length === 0) return [];
  const partitions = ranges
    .map(({ partition, lastOffset }) => ({ partition, committed: committed.get(partition), lastOffset }))
    .filter(({ committed: offset, lastOffset }) => offset === undefined || offset <= lastOffset);
  return partitions.length === 0 ? [] : [{ group, partitions }];
}

/** The groups that would meet records their next build cannot read. */
export function breakagesOfRetained(facts: SubjectFacts, rows: readonly RetainedRow[]): Breakage[] {
  return rows.flatMap(({ topic, schemaId, version, reasons, groupsBehind }) =>
    groupsBehind.flatMap(({ group, partitions }) =>
      reasons.map((reason): Breakage => {
        const left = partitions
          .map(
            ({ partition, committed, lastOffset }) =>
              `${partition}: ${committed ?? "start"} to ${lastOffset}`,
          )
          .join(", ");
        const source = version === undefined ? `schema ${schemaId}` : `version ${version}`;
        return {
          kind: "reading-old",
          topic,
          group,
          members: membersOf(facts.topics, topic, group),
          knowledge: "fact",
          field: fieldOf(reason, facts.candidate.parsed),
          why: `has not read the records of ${source} yet (partition ${left}): ${reason.message}`,
          rule: reason.rule,
        };
      }),
    ),
  );
}

function membersOf(topics: readonly TopicFacts[], topic: string, group: string): string[] {
  return topics
    .filter((facts) => facts.topic === topic)
    .flatMap(({ groups }) => groups.filter((facts) => facts.group === group))
    .flatMap(({ members }) => members.map(({ memberId }) => memberId));
}
