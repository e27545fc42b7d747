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

/** How many versions are looked at, from the latest back. */
const VERSIONS_MAX = 20;
/** How often an edit is mended in turn. */
const ROUNDS_MAX = 3;

/**
 * Compatible ways to what an edit wants, the smallest first, each step checked like the edit itself; those that do not
 * help are left out. Where none is left of a schema that may not go through, what to do by hand.
 */
export function proposalsFor(facts: SubjectFacts): Proposal[] {
  if (facts.versions.length === 0) return [];
  const report = evaluate(facts);
  const edits = editsFor(facts, report, ROUNDS_MAX);
  return edits.length > 0 || report.verdict !== "blocked" ? edits : [byHand(facts, asked(report))];
}

/** Edits that mend what the versions have against a schema; at transitive levels that may be an older one alone. */
function editsFor(facts: SubjectFacts, report: SubjectReport, roundsLeft: number): Proposal[] {
  const isBlocked = report.verdict === "blocked";
  for (const version of facts.versions.toReversed().slice(0, isBlocked ? VERSIONS_MAX : 1)) {
    const edits = editsAgainst(facts, report, version, roundsLeft);
    if (edits.length > 0) return edits;
  }
  return [];
}

function editsAgainst(
  facts: SubjectFacts,
  report: SubjectReport,
  earlier: KnownVersion,
  roundsLeft: number,
): Proposal[] {
  if (earlier.parsed.format !== facts.candidate.parsed.format) return [];
  const proposals = new Map<string, Proposal>();
  for (const reasons of reasonsToFix(report, earlier)) {
    const fixes = fixesFor(facts, earlier, reasons);
    if (fixes.length === 0) continue;
    const title = fixes.map((fix) => fix.title).join("; ");
    const found = proposalOf(facts, fixes, title) ?? mendedAgain(facts, fixes, title, roundsLeft);
    if (found !== undefined && !proposals.has(found.title)) proposals.set(found.title, found);
  }
  return [...proposals.values()];
}

/** The fixes as steps; undefined when the first of them would not do. */
function proposalOf(facts: SubjectFacts, fixes: readonly Fix[], title: string): Proposal | undefined {
  const steps = stepsOf(facts, fixes);
  const [first] = steps;
  return first?.isAllowed && first.order !== "not-in-one-step" ? { title, steps } : undefined;
}

/** What mends one version may be in the way of another: then that is mended, too. */
function mendedAgain(
  facts: SubjectFacts,
  fixes: readonly Fix[],
  title: string,
  roundsLeft: number,
): Proposal | undefined {
  if (roundsLeft === 0) return undefined;
  const edits = fixes.flatMap((fix) => fix.now);
  const candidate = checkedStep(facts, edits)?.candidate;
  if (candidate === undefined || candidate.fingerprint === facts.candidate.fingerprint) return undefined;
  const mended = { ...facts, candidate };
  const [further] = editsFor(mended, evaluate(mended), roundsLeft - 1);
  return further && { title: `${title}; ${further.title}`, steps: further.steps };
}

/** What the level asks for, and, where no order of deployment would do, everything. */
function reasonsToFix(report: SubjectReport, earlier: KnownVersion): Reason[][] {
  const isAboutIt = ({ versions }: Reason): boolean => versions.includes(earlier.version);
  const first = asked(report).filter(isAboutIt);
  return report.order === "not-in-one-step" ? [first, report.reasons.filter(isAboutIt)] : [first];
}

/** The reasons that the level goes by. */
function asked({ level, reasons }: SubjectReport): Reason[] {
  const isBoth = level === "NONE" || level === "STRICT" || level.startsWith("FULL");
  return reasons.filter(({ direction }) => isBoth || level.startsWith(direction));
}

function fixesFor(
  { candidate, level }: SubjectFacts,
  earlier: KnownVersion,
  reasons: readonly Reason[],
): Fix[] {
  const { parsed, schema } = candidate;
  const isForwardAsked =
    /^(FORWARD|FULL|STRICT)/.test(level) || reasons.some(({ direction }) => direction === "FORWARD");
  if (isAvro(parsed) && isAvro(earlier.parsed)) {
    const edited = { text: schema.text, parsed };
    return avroFixes(reasons, edited, { text: earlier.schema.text, parsed: earlier.parsed }, isForwardAsked);
  }
  // A schema of this format can only come from the Protobuf parser.
  return protobufFixes(
    reasons,
    { text: schema.text, parsed: parsed as ProtobufSchema },
    { text: earlier.schema.text, parsed: earlier.parsed as ProtobufSchema },
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
