import { checkCompatibility } from "@letterpress/schema";
import type { SubjectFacts } from "./facts.ts";
import type { DeploymentOrder, ReaderRow, RetainedRow, Step, WriterRow } from "./report.ts";
import { isLive, replacedText } from "./writers.ts";

/**
 * Who has to have the candidate first, from both directions. Consumers may go first when the candidate reads what is
 * written now; producers may go first when everyone who reads now reads what the candidate writes.
 */
export function orderOf(
  { candidate, versions, topics }: SubjectFacts,
  writers: readonly WriterRow[],
  readers: readonly ReaderRow[],
): DeploymentOrder {
  const latest = versions.at(-1);
  if (latest === undefined) return "any";
  const readsLatest = checkCompatibility({ reader: candidate.parsed, writer: latest.parsed }).length === 0;
  const consumersFirst = readsLatest && writers.every((row) => !isLive(row) || row.reasons.length === 0);
  const latestReads = checkCompatibility({ reader: latest.parsed, writer: candidate.parsed }).length === 0;
  // Groups that are stopped now, and readers nobody knows of, are taken to read with the latest version.
  const isStopped = topics.some(({ groups }) => groups.some(({ members }) => members.length === 0));
  const areAllKnown = readers.length > 0 && !isStopped;
  const producersFirst = readers.every(({ reasons }) => reasons.length === 0) && (latestReads || areAllKnown);
  if (consumersFirst) return producersFirst ? "any" : "consumers-first";
  return producersFirst ? "producers-first" : "not-in-one-step";
}

/** What to do, in order, with what has to be true in between. */
export function stepsOf(
  order: DeploymentOrder,
  subject: string,
  nextVersion: number,
  retained: readonly RetainedRow[],
  writers: readonly WriterRow[],
): Step[] {
  const register: Step = { what: `register version ${nextVersion} of ${subject}` };
  const waits = waitsOf(retained);
  const consumers: Step = { what: "deploy the consumers with it" };
  const producers: Step = { what: "deploy the producers with it" };
  const beforeConsumers =
    waits.length === 0 ? [] : [{ what: "wait for what is in the log", until: waits.join("; ") }];
  switch (order) {
    case "any":
      return [register, ...beforeConsumers, { what: "deploy consumers and producers in any order" }];
    case "consumers-first":
      return [
        register,
        ...beforeConsumers,
        { ...consumers, until: "no live member reads with an older version" },
        producers,
      ];
    case "producers-first":
      return [
        register,
        { ...producers, until: replacedText(writers, nextVersion) },
        { what: "wait for what is in the log", until: drainedText(retained) },
        consumers,
      ];
    case "not-in-one-step":
      return [];
  }
}

/** For each schema the candidate cannot read: who still has to read it. */
function waitsOf(retained: readonly RetainedRow[]): string[] {
  return retained
    .filter(({ reasons, groupsBehind }) => reasons.length > 0 && groupsBehind.length > 0)
    .flatMap(({ topic, groupsBehind }) =>
      groupsBehind.map(({ group, partitions }) => {
        const offsets = partitions.map(
          ({ partition, lastOffset }) => `${lastOffset} of ${topic}-${partition}`,
        );
        return `${group} has committed past offset ${offsets.join(", ")}`;
      }),
    );
}

function drainedText(retained: readonly RetainedRow[]): string {
  const waits = waitsOf(retained);
  const general = "every group has committed past the last record of the older versions";
  return waits.length === 0 ? general : `${general}; now: ${waits.join("; ")}`;
}
