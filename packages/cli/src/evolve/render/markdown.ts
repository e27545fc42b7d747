import type { EvolveReport, SubjectReport } from "../report.ts";
import { placeText } from "./text.ts";
import { ORDER_TEXT, schemaText, stepText, VERDICT_TEXT, WHEN_TEXT, writerText } from "./words.ts";

/** The report for a pull request. */
export function evolveMarkdown({ subjects, plan, verdict }: EvolveReport): string {
  const changed = subjects.filter((each) => each.verdict !== "unchanged");
  if (changed.length === 0) return "### Schemas: nothing to evolve";
  return [`### Schemas: ${VERDICT_TEXT[verdict]}`, ...changed.map(subjectMarkdown), `Plan \`${plan}\``].join(
    "\n\n",
  );
}

function subjectMarkdown(report: SubjectReport): string {
  const { subject, verdict, level, isAllowed, nextVersion, order, file, replays } = report;
  const reasons = report.reasons.map(({ rule, message, place, direction, versions }) => [
    code(placeText(place, file)),
    rule,
    message,
    direction === "BACKWARD" ? "new readers, old records" : "old readers, new records",
    versions.join(", "),
  ]);
  const retained = report.retained.map(
    ({ topic, schemaId, version, records, reasons: why, groupsBehind }) => [
      topic,
      `${schemaId}`,
      `${version ?? "-"}`,
      `${records}`,
      why.length === 0 ? "yes" : "no",
      groupsBehind.map(({ group }) => group).join(", ") || "-",
    ],
  );
  const readers = report.readers.map(({ topic, group, clientId, readsWith, knowledge, reasons: why }) => [
    topic,
    group,
    clientId,
    schemaText(readsWith),
    knowledge,
    why.length === 0 ? "yes" : "no",
  ]);
  const writers = report.writers.map((row) => [
    row.topic,
    writerText(row),
    schemaText(row.writesWith, row.schemaId),
    row.hasLeft ? `${row.knowledge}, has left` : row.knowledge,
    row.knowledge === "unknown" ? "?" : row.reasons.length === 0 ? "yes" : "no",
  ]);
  const breakages = report.breakages.map(({ kind, group, members, field, why, knowledge }) => [
    group,
    members.join(", ") || "no live member",
    code(field),
    WHEN_TEXT[kind],
    why,
    knowledge,
  ]);
  const findings = replays.flatMap(({ topic, records, findings: found }) =>
    found.map(({ kind, path, message, count, schemaId }) => [
      topic,
      kind,
      code(path),
      message,
      `${count} of ${records}`,
      `${schemaId}`,
    ]),
  );
  return [
    `#### \`${subject}\`: ${VERDICT_TEXT[verdict]}`,
    `Version ${nextVersion} from \`${file}\`. Level \`${level}\` ${isAllowed ? "lets it in" : "refuses it"}. Deployment: **${ORDER_TEXT[order]}**.`,
    ...tableOf("Reasons", ["Where", "Rule", "Why", "Who cannot read", "Versions"], reasons),
    ...tableOf(
      "In the log",
      ["Topic", "Schema id", "Version", "Records", "Readable", "Not yet read by"],
      retained,
    ),
    ...tableOf("Read by", ["Topic", "Group", "Member", "Reads with", "Known", "Reads new records"], readers),
    ...tableOf("Written by", ["Topic", "Producer", "Writes with", "Known", "Readable"], writers),
    ...tableOf("Who breaks", ["Group", "Members", "Field", "When", "Why", "Known"], breakages),
    ...tableOf("Replay", ["Topic", "Finding", "Field", "What", "Records", "Schema id"], findings),
    ...replays
      .filter(({ findings: found }) => found.length === 0)
      .map(
        ({ topic, records }) =>
          `Replay: the last ${records} records of \`${topic}\` read with the candidate, nothing lost.`,
      ),
    ...list("Do", report.steps.map(stepText)),
    ...report.proposals.flatMap(({ title, steps, byHand = [] }) =>
      list(`Instead: ${title}`, [
        ...steps.map(({ title: step, file: path, isAllowed: passes, level: at, until }) => {
          const wait = until === undefined ? "" : `; then wait until ${until}`;
          return `${step} (${code(path)}; ${at} ${passes ? "lets it in" : "refuses it"})${wait}`;
        }),
        ...byHand.map(stepText),
      ]),
    ),
  ].join("\n\n");
}

function tableOf(title: string, headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`;
  return [`**${title}**`, [line(headings), line(headings.map(() => "---")), ...rows.map(line)].join("\n")];
}

function list(title: string, items: readonly string[]): string[] {
  if (items.length === 0) return [];
  return [`**${title}**`, items.map((item, index) => `${index + 1}. ${item}`).join("\n")];
}

function code(text: string): string {
  return text === "" ? "" : `\`${text}\``;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
