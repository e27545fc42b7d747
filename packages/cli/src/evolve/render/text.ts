import type { SourceLocation } from "@letterpress/schema";
import { counted, table } from "../../table.ts";
import type { EvolveReport, Reason, SubjectReport, Verdict } from "../report.ts";
import { ORDER_TEXT, schemaText, stepText, VERDICT_TEXT, WHEN_TEXT, writerText } from "./words.ts";

/** The report for a terminal: compiler-style reasons, then facts, then what to do. */
export function evolveText({ subjects, plan }: EvolveReport): string {
  const changed = subjects.filter(({ verdict }) => verdict !== "unchanged");
  if (changed.length === 0) return "Nothing to evolve: the registry has every schema as the files say.";
  return [...changed.map(subjectText), `plan ${plan}`].join("\n\n");
}

/** `file:line:column`, or what is known of it. */
export function placeText(location: SourceLocation | undefined, file: string): string {
  if (location === undefined) return file;
  return `${location.file ?? file}:${location.line}:${location.column}`;
}

function subjectText(report: SubjectReport): string {
  const { subject, file, verdict, level, isAllowed, nextVersion, order, includedChanges, otherIncluders } =
    report;
  const cause =
    includedChanges.length === 0 ? "" : ` (includes ${includedChanges.join(", ")}, which changed)`;
  return [
    `${subject}: ${mark(verdict)} ${VERDICT_TEXT[verdict]}`,
    `  ${file} would become version ${nextVersion}${cause}`,
    `  level ${level}: ${isAllowed ? "lets it in" : "refuses it"}; deployment: ${ORDER_TEXT[order]}`,
    ...otherIncluders.map(
      (each) => `  also included by ${each.subject} version ${each.version}, which keeps what it has`,
    ),
    ...section(
      "Reasons",
      report.reasons.map((reason) => reasonText(reason, file)),
    ),
    ...section("In the log", retainedLines(report)),
    ...section("Read by", readerLines(report)),
    ...section("Written by", writerLines(report)),
    ...section("Who breaks", breakageLines(report)),
    ...section("Replay", replayLines(report)),
    ...section(
      "Do",
      report.steps.map((step, index) => `${index + 1}. ${stepText(step)}`),
    ),
    ...report.proposals.flatMap(({ title, steps, byHand = [] }) =>
      section(`Instead: ${title}`, [
        ...steps.map((step, index) => {
          const check = step.isAllowed
            ? `${step.level} lets it in, ${ORDER_TEXT[step.order]}`
            : `${step.level} refuses it`;
          const until = step.until === undefined ? "" : `\n      then wait until ${step.until}`;
          return `${index + 1}. ${step.title} (${step.file}; checked: ${check})${until}`;
        }),
        ...byHand.map((step, index) => `${index + 1}. ${stepText(step)}`),
      ]),
    ),
  ].join("\n");
}

function mark(verdict: Verdict): string {
  return verdict === "blocked" ? "✗" : verdict === "wait" ? "!" : "✓";
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0
    ? []
    : ["", `  ${title}`, ...lines.map((line) => `    ${line.replaceAll("\n", "\n    ")}`)];
}

function reasonText(reason: Reason, file: string): string {
  const { rule, direction, versions, message, place } = reason;
  const who = direction === "BACKWARD" ? "new readers, old records" : "old readers, new records";
  return `${placeText(place, file)}: ${message} (${rule}; ${who}; version ${versions.join(", ")})`;
}

function retainedLines({ retained, unseen }: SubjectReport): string[] {
  const gaps = unseen.map(
    ({ topic, partition, from, to }) =>
      `offsets ${from} to ${to - 1n} of ${topic}-${partition} were not looked at; --scan raises the bound`,
  );
  if (retained.length === 0) return gaps;
  const rows = retained.map(({ topic, schemaId, version, records, lastOffsets, reasons, groupsBehind }) => [
    topic,
    schemaId < 0 ? "?" : String(schemaId),
    version === undefined ? "-" : String(version),
    String(records),
    lastOffsets.map(({ partition, offset }) => `${partition}:${offset}`).join(" "),
    reasons.length === 0 ? "yes" : "no",
    groupsBehind.map(({ group }) => group).join(" ") || "-",
  ]);
  const headings = ["TOPIC", "ID", "VERSION", "RECORDS", "UP TO OFFSET", "READABLE", "NOT YET READ BY"];
  return [...table(headings, rows).split("\n"), ...gaps];
}

function readerLines({ readers }: SubjectReport): string[] {
  if (readers.length === 0) return [];
  const rows = readers.map(({ topic, group, clientId, memberId, knowledge, readsWith, reasons }) => [
    topic,
    group,
    `${clientId} (${memberId})`,
    schemaText(readsWith),
    knowledge,
    reasons.length === 0 ? "yes" : "no",
  ]);
  return table(["TOPIC", "GROUP", "MEMBER", "READS WITH", "KNOWN", "READS NEW RECORDS"], rows).split("\n");
}

function writerLines({ writers }: SubjectReport): string[] {
  if (writers.length === 0) return [];
  const rows = writers.map((row) => [
    row.topic,
    writerText(row),
    schemaText(row.writesWith, row.schemaId),
    row.hasLeft ? `${row.knowledge}, has left` : row.knowledge,
    row.knowledge === "unknown" ? "?" : row.reasons.length === 0 ? "yes" : "no",
  ]);
  return table(["TOPIC", "PRODUCER", "WRITES WITH", "KNOWN", "READABLE"], rows).split("\n");
}

function breakageLines({ breakages }: SubjectReport): string[] {
  return breakages.map(({ kind, group, members, field, why, knowledge }) => {
    const who = members.length === 0 ? `${group} (no live member)` : `${group} (${members.join(", ")})`;
    const when = WHEN_TEXT[kind];
    return `${who}: ${field}, ${when}; ${why}${knowledge === "fact" ? "" : ` (${knowledge})`}`;
  });
}

function replayLines({ replays }: SubjectReport): string[] {
  return replays.flatMap(({ topic, part, records, findings }) => {
    const failed = findings.filter(({ kind }) => kind === "failure").length;
    const summary =
      findings.length === 0
        ? "all read, nothing lost"
        : `${counted(failed, "failure")}, ${findings.length - failed} lossy`;
    return [
      `${topic} ${part}: the last ${counted(records, "record")} read with the candidate: ${summary}`,
      ...findings.map(
        ({ kind, path, message, count, schemaId, partition, offset }) =>
          `  ${kind}${path === "" ? "" : ` of ${path}`}: ${message} (${counted(count, "record")} of schema ${schemaId}, first at ${partition}:${offset})`,
      ),
    ];
  });
}
