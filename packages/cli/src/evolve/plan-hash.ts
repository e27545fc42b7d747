import { createHash } from "node:crypto";
import type { SubjectFacts } from "./facts.ts";

const PLAN_DIGITS = 16;

/**
 * Names a plan by what it rests on: the subjects, their versions and levels in the registry, and the texts to be
 * registered. When any of these has moved, the name is another one.
 */
export function planHash(subjects: readonly SubjectFacts[]): string {
  const basis = subjects
    .map(({ subject, level, candidate, versions }) => ({
      subject,
      level,
      candidate: candidate.fingerprint,
      versions: versions.map(({ version, id }) => [version, id]),
    }))
    .toSorted((a, b) => (a.subject < b.subject ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(basis)).digest("hex").slice(0, PLAN_DIGITS);
}
