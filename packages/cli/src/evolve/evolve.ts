import type { Contracts } from "@letterpress/codegen";
import type { CheckLevel } from "@letterpress/schema";
import type { Connected } from "../connect.ts";
import { evaluate, gravest } from "./evaluate.ts";
import type { SubjectFacts } from "./facts.ts";
import { type SubjectUse, selectUses, subjectUses } from "./gather/candidates.ts";
import { gatherTopics, gatherVersions, isChanged } from "./gather/gather.ts";
import { planHash } from "./plan-hash.ts";
import { proposalsFor } from "./propose/proposals.ts";
import type { EvolveReport } from "./report.ts";

export interface EvolveOptions {
  readonly cwd: string;
  readonly level?: CheckLevel | undefined;
  readonly replay: number;
  readonly scan: number;
  readonly onProgress: (records: number) => void;
}

/** Looks at everything that bears on the edited schemas, and gives the verdict. Changes nothing. */
export async function evolve(
  connected: Connected,
  contracts: Contracts,
  names: readonly string[],
  options: EvolveOptions,
): Promise<EvolveReport> {
  const { uses, changed } = await changedSubjects(connected, contracts, names, options);
  const facts: SubjectFacts[] = [];
  for (const each of changed) {
    const { topics } = uses.find(({ subject }) => subject === each.subject)!;
    facts.push(await gatherTopics(connected, each, topics, options));
  }
  const subjects = facts.map((each) => ({ ...evaluate(each), proposals: proposalsFor(each) }));
  return { plan: planHash(changed), verdict: gravest(subjects.map(({ verdict }) => verdict)), subjects };
}

/** The subjects whose schemas differ from the registry's latest versions, those that others include first. */
export async function changedSubjects(
  connected: Connected,
  contracts: Contracts,
  names: readonly string[],
  { cwd, level }: Pick<EvolveOptions, "cwd" | "level">,
): Promise<{ readonly uses: readonly SubjectUse[]; readonly changed: readonly SubjectFacts[] }> {
  const uses = subjectUses(contracts, cwd);
  const selected = new Set(selectUses(uses, names, cwd).map(({ subject }) => subject));
  // What a selected schema includes is looked at too: it may be what has changed.
  for (const { subject, includes } of uses)
    if (selected.has(subject)) for (const each of includes) selected.add(each);
  const facts = await gatherVersions(
    connected,
    uses.filter(({ subject }) => selected.has(subject)),
    level,
  );
  return { uses, changed: facts.filter(isChanged) };
}
