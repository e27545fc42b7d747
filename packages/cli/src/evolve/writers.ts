import { checkCompatibility } from "@letterpress/schema";
import type { SubjectFacts, TopicFacts, WriterFacts } from "./facts.ts";
import { fieldOf } from "./reasons.ts";
import type { Breakage, RetainedRow, WriterRow } from "./report.ts";
import { unknownSchema } from "./retained.ts";

/**
 * Who writes each topic: what producers declare, what the newest records show beyond that, and producers of whom
 * nothing is known.
 */
export function writersOf(facts: SubjectFacts, retained: readonly RetainedRow[]): WriterRow[] {
  return facts.topics.flatMap((topic) => {
    const rows = retained.filter((row) => row.topic === topic.topic);
    const said = topic.writers?.map((writer) => saidRow(facts, topic.topic, writer)) ?? [untoldRow(topic)];
    // Where nobody is unknown, those who have left are the ones who wrote what they had declared.
    const isAnyUnknown = said.some(({ knowledge }) => knowledge === "unknown");
    const known = isAnyUnknown ? said.filter(isLive) : said;
    const shown = newestOf(topic).filter((id) => !known.some(({ schemaId }) => schemaId === id));
    return [...said, ...shown.map((schemaId) => shownRow(topic.topic, schemaId, rows))];
  });
}

/** Whether records of this schema may still be written. */
export function isLive({ hasLeft, schemaId }: WriterRow): boolean {
  return !hasLeft && schemaId !== undefined;
}

/** The producers by name, each once, and what they do: "orders, import write". */
export function whoDo(rows: readonly WriterRow[], verb: string): string {
  const names = new Set(rows.map(({ clientId, producerId }) => clientId ?? `producer ${producerId}`));
  return `${[...names].join(", ")} ${verb}${names.size === 1 ? "s" : ""}`;
}

/** The groups whose next build would meet what is still written now, if it were deployed before the producers. */
export function breakagesOfWriters(facts: SubjectFacts, writers: readonly WriterRow[]): Breakage[] {
  const failing = writers.filter((row) => isLive(row) && row.reasons.length > 0);
  const alike = Map.groupBy(failing, ({ topic, schemaId, knowledge }) => `${schemaId} ${knowledge} ${topic}`);
  return [...alike.values()].flatMap((rows) => {
    const [{ topic, knowledge, reasons }] = rows as [WriterRow];
    const source = schemaName(rows[0]!);
    const writing =
      knowledge === "declared"
        ? `${whoDo(rows, "write")} with ${source}`
        : `the newest records are written with ${source}`;
    const groups = facts.topics.filter((each) => each.topic === topic).flatMap((each) => each.groups);
    return groups.flatMap(({ group, members }) =>
      reasons.map(
        (reason): Breakage => ({
          kind: "reading-live",
          topic,
          group,
          members: members.map(({ memberId }) => memberId),
          knowledge,
          field: fieldOf(reason, facts.candidate.parsed),
          why: `${writing}: ${reason.message}`,
          rule: reason.rule,
        }),
      ),
    );
  });
}

/** That nobody writes with an older version any more, and who does now. */
export function replacedText(writers: readonly WriterRow[], nextVersion: number): string {
  const live = writers.filter((row) => isLive(row) && row.writesWith !== "candidate");
  const declared = live.filter(({ knowledge }) => knowledge === "declared");
  const unknown = writers.filter(({ knowledge }) => knowledge === "unknown");
  const silent = unknown.filter(({ producerId }) => producerId !== undefined).length;
  const now = [
    ...[...Map.groupBy(declared, schemaName)].map(([schema, rows]) => `${whoDo(rows, "declare")} ${schema}`),
    ...(silent === 0
      ? []
      : [`${silent === 1 ? "1 producer declares" : `${silent} producers declare`} nothing`]),
    ...(silent < unknown.length ? ["the brokers do not tell who produces"] : []),
  ];
  const general = `no live producer writes with a version before ${nextVersion}`;
  return now.length === 0 ? general : `${general} (now ${now.join(", ")})`;
}

/** `version 2`, or the id where it is no live version. */
function schemaName({ writesWith, schemaId }: WriterRow): string {
  if (writesWith === "candidate") return "the new schema";
  return writesWith === undefined ? `schema ${schemaId}` : `version ${writesWith}`;
}

function saidRow(
  { candidate, versions }: SubjectFacts,
  topic: string,
  { producerId, writer }: WriterFacts,
): WriterRow {
  const common = { ...NOBODY, topic, producerId, knowledge: writer.kind };
  if (writer.kind === "unknown") return { ...common, lastWrittenMs: writer.lastWrittenMs };
  const { clientId, clientHost, leftAtMs, schemaId, fingerprint, parsed } = writer;
  const said = { ...common, clientId, clientHost, schemaId, hasLeft: leftAtMs !== undefined };
  if (fingerprint === candidate.fingerprint) return { ...said, writesWith: "candidate" };
  const version =
    versions.findLast((each) => each.fingerprint === fingerprint) ??
    versions.find(({ id }) => id === schemaId);
  const schema = version?.parsed ?? parsed;
  const reasons =
    schema === undefined
      ? [unknownSchema(schemaId)]
      : checkCompatibility({ reader: candidate.parsed, writer: schema });
  return { ...said, writesWith: version?.version, reasons };
}

function shownRow(topic: string, schemaId: number, retained: readonly RetainedRow[]): WriterRow {
  const { version, reasons } = retained.find((row) => row.schemaId === schemaId)!;
  return { ...NOBODY, topic, knowledge: "inferred", schemaId, writesWith: version, reasons };
}

const NOBODY = {
  clientId: undefined,
  clientHost: undefined,
  producerId: undefined,
  lastWrittenMs: undefined,
  hasLeft: false,
  schemaId: undefined,
  writesWith: undefined,
  reasons: [],
} as const;

/** Stands for all who may produce, where the brokers tell of nobody. */
function untoldRow({ topic }: TopicFacts): WriterRow {
  return { ...NOBODY, topic, knowledge: "unknown" };
}

/** The schema of the newest record of each partition: the best guess at what comes next. */
function newestOf({ retained }: TopicFacts): number[] {
  const newest = new Map<number, { schemaId: number; offset: bigint }>();
  for (const { schemaId, ranges } of retained) {
    for (const { partition, lastOffset } of ranges) {
      const known = newest.get(partition);
      if (known === undefined || known.offset < lastOffset)
        newest.set(partition, { schemaId, offset: lastOffset });
    }
  }
  return [...new Set([...newest.values()].map(({ schemaId }) => schemaId))];
}
