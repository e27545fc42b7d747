import {
  isAvro,
  type ProtobufSchema,
  parseSchema,
  readerFingerprint,
  SchemaError,
} from "@letterpress/schema";
import { evaluate } from "../evaluate.ts";
import type { Candidate, KnownVersion, SubjectFacts } from "../facts.ts";
import type { DeploymentOrder, Proposal, ProposalStep, Reason, SubjectReport } from "../report.ts";
import { avroFixes } from "./avro-fixes.ts";
import { byHand } from "./by-hand.ts";
import type { Fix } from "./fix.ts";
import { protobufFixes } from "./protobuf-fixes.ts";
import { applyEdits, type TextEdit } from "./text-edit.ts";
import { waitBetween } from "./wait-between.ts";

/**
 * Compatible ways to what an edit wants, the smallest first, each step checked like the edit itself; those that do not
 * help are left out. Where none is left of a schema that may not go through, what to do by hand.
 */
export function proposalsFor(facts: SubjectFacts): Proposal[] {
  const latest = facts.versions.at(-1);
  if (latest === undefined) return [];
  const report = evaluate(facts);
  const edits = editsFor(facts, report, latest);
  return edits.length > 0 || report.verdict !== "blocked" ? edits : [byHand(facts, asked(report))];
}

function editsFor(facts: SubjectFacts, report: SubjectReport, latest: KnownVersion): Proposal[] {
  const { candidate } = facts;
  if (latest.parsed.format !== candidate.parsed.format) return [];
  const proposals = new Map<string, Proposal>();
  for (const reasons of reasonsToFix(report, latest)) {
    const fixes = fixesFor(facts, latest, reasons);
    if (fixes.length === 0) continue;
    const steps = stepsOf(facts, fixes);
    const [first] = steps;
    if (first === undefined || !first.isAllowed || first.order === "not-in-one-step") continue;
    const title = fixes.map((fix) => fix.title).join("; ");
    if (!proposals.has(title)) proposals.set(title, { title, steps });
  }
  return [...proposals.values()];
}

/** What the level asks for, and, where no order of deployment would do, everything. */
function reasonsToFix(report: SubjectReport, latest: KnownVersion): Reason[][] {
  const isCurrent = ({ versions }: Reason): boolean => versions.includes(latest.version);
  const first = asked(report).filter(isCurrent);
  return report.order === "not-in-one-step" ? [first, report.reasons.filter(isCurrent)] : [first];
}

/** The reasons that the level goes by. */
function asked({ level, reasons }: SubjectReport): Reason[] {
  const isBoth = level === "NONE" || level === "STRICT" || level.startsWith("FULL");
  return reasons.filter(({ direction }) => isBoth || level.startsWith(direction));
}

function fixesFor(
  { candidate, level }: SubjectFacts,
  latest: KnownVersion,
  reasons: readonly Reason[],
): Fix[] {
  const { parsed, schema } = candidate;
  const isForwardAsked =
    /^(FORWARD|FULL|STRICT)/.test(level) || reasons.some(({ direction }) => direction === "FORWARD");
  if (isAvro(parsed) && isAvro(latest.parsed)) {
    const edited = { text: schema.text, parsed };
    return avroFixes(reasons, edited, { text: latest.schema.text, parsed: latest.parsed }, isForwardAsked);
  }
  // A schema of this format can only come from the Protobuf parser.
  return protobufFixes(
    reasons,
    { text: schema.text, parsed: parsed as ProtobufSchema },
    { text: latest.schema.text, parsed: latest.parsed as ProtobufSchema },
    isForwardAsked,
  );
}

function stepsOf(facts: SubjectFacts, fixes: readonly Fix[]): ProposalStep[] {
  const needsLater = fixes.some(({ later }) => later !== undefined);
  const now = checkedStep(
    facts,
    fixes.flatMap((fix) => fix.now),
  );
  if (now === undefined) return [];
  const title = fixes.map((fix) => fix.title).join("; ");
  const number = (facts.versions.at(-1)?.version ?? 0) + 1;
  const first: ProposalStep = { ...now.step, title, until: undefined };
  if (!needsLater) return [first];
  const fingerprint = readerFingerprint(now.candidate.schema);
  const released: KnownVersion = { ...now.candidate, fingerprint, version: number, id: -1 };
  // Nobody knows the log and the readers of that day.
  const afterwards: SubjectFacts = { ...facts, versions: [...facts.versions, released], topics: [] };
  const later = checkedStep(
    afterwards,
    fixes.flatMap((fix) => fix.later ?? fix.now),
  );
  if (later === undefined) return [first];
  const laterTitle = fixes.flatMap((fix) => fix.laterTitle ?? []).join("; ");
  const until = waitBetween(facts, later.candidate.parsed, number);
  return [
    { ...first, until },
    { ...later.step, title: laterTitle, until: undefined },
  ];
}

interface CheckedStep {
  readonly candidate: Candidate;
  readonly step: Omit<ProposalStep, "title" | "until">;
}

/** The edited text, judged as if the user had written it; undefined when it is no schema. */
function checkedStep(facts: SubjectFacts, edits: readonly TextEdit[]): CheckedStep | undefined {
  const { file, schema } = facts.candidate;
  const text = applyEdits(schema.text, edits);
  try {
    const edited = { ...schema, text };
    const candidate = {
      ...facts.candidate,
      schema: edited,
      parsed: parseSchema(edited, { file }),
      fingerprint: readerFingerprint(edited),
    };
    const {
      level,
      isAllowed,
      order,
    }: { level: SubjectFacts["level"]; isAllowed: boolean; order: DeploymentOrder } = evaluate({
      ...facts,
      candidate,
    });
    return { candidate, step: { file, text, level, isAllowed, order } };
  } catch (error) {
    if (error instanceof SchemaError) return undefined;
    throw error;
  }
}
