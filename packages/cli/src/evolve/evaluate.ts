import { checkLevel } from "@letterpress/schema";
import type { SubjectFacts } from "./facts.ts";
import { orderOf, stepsOf } from "./order.ts";
import { breakagesOfReaders, readersOf } from "./readers.ts";
import { reasonsOf } from "./reasons.ts";
import type { Breakage, DeploymentOrder, SubjectReport, Verdict } from "./report.ts";
import { breakagesOfRetained, retainedOf } from "./retained.ts";
import { breakagesOfWriters, writersOf } from "./writers.ts";

/** The verdict on one subject. Pure: facts in, report out; proposals are made elsewhere, and checked with this. */
export function evaluate(facts: SubjectFacts): SubjectReport {
  const { subject, level, candidate, versions, topics, includedChanges, otherIncluders } = facts;
  const nextVersion = (versions.at(-1)?.version ?? 0) + 1;
  const isAllowed = checkLevel(level, candidate.parsed, versions.map(versionedSchema)).length === 0;
  const retained = retainedOf(facts);
  const readers = readersOf(facts);
  const writers = writersOf(facts, retained);
  const order = orderOf(facts, writers, readers);
  const breakages = [
    ...breakagesOfRetained(facts, retained),
    ...breakagesOfWriters(facts, writers),
    ...breakagesOfReaders(facts, readers, writers),
  ];
  const isUnchanged = versions.at(-1)?.fingerprint === candidate.fingerprint;
  return {
    subject,
    file: candidate.file,
    verdict: isUnchanged ? "unchanged" : verdictOf(isAllowed, order, breakages),
    level,
    isAllowed,
    nextVersion,
    fingerprint: candidate.fingerprint,
    order,
    reasons: isUnchanged ? [] : reasonsOf(level, candidate, versions),
    includedChanges,
    otherIncluders,
    retained,
    unseen: topics.flatMap(({ topic, unseen }) => unseen.map((range) => ({ topic, ...range }))),
    readers,
    writers,
    breakages: isUnchanged ? [] : breakages,
    steps: isUnchanged || !isAllowed ? [] : stepsOf(order, subject, nextVersion, retained, writers),
    replays: topics.flatMap(({ topic, part, replay }) =>
      replay === undefined ? [] : [{ topic, part, ...replay }],
    ),
    proposals: [],
  };
}

/** The gravest of several verdicts. */
export function gravest(verdicts: readonly Verdict[]): Verdict {
  return GRAVITY.findLast((verdict) => verdicts.includes(verdict)) ?? "unchanged";
}

const GRAVITY: readonly Verdict[] = ["unchanged", "safe", "safe-in-order", "wait", "blocked"];

function verdictOf(isAllowed: boolean, order: DeploymentOrder, breakages: readonly Breakage[]): Verdict {
  if (!isAllowed || order === "not-in-one-step") return "blocked";
  // Where producers go first, consumers wait for the log in any case.
  const isEarly = order !== "producers-first" && breakages.some(({ kind }) => kind === "reading-old");
  if (isEarly) return "wait";
  return order === "any" ? "safe" : "safe-in-order";
}

function versionedSchema({ version, parsed }: SubjectFacts["versions"][number]) {
  return { version, schema: parsed };
}
