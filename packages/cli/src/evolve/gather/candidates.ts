import { join, relative, resolve } from "node:path";
import type { Contract, ContractSchema, Contracts } from "@letterpress/codegen";
import { type CheckLevel, parseSchema, type ResolvedSchema, readerFingerprint } from "@letterpress/schema";
import { CliError } from "../../cli-error.ts";
import type { Candidate } from "../facts.ts";

/** A schema of the contracts, its subject, and the topics that are written under it. */
export interface SubjectUse {
  readonly subject: string;
  readonly candidate: Candidate;
  /** Undefined: the registry's own. */
  readonly level: CheckLevel | undefined;
  readonly topics: readonly { readonly topic: string; readonly part: "key" | "value" }[];
  /** The subjects it includes, at any depth. */
  readonly includes: readonly string[];
}

/** Every subject of the contracts, and of what their schemas include; those that are included come first. */
export function subjectUses(contracts: Contracts, cwd: string): SubjectUse[] {
  const uses = new Map<string, SubjectUse>();
  const add = (
    subject: string,
    schema: ResolvedSchema,
    file: string | undefined,
    contract?: Contract,
  ): void => {
    const known = uses.get(subject);
    if (known === undefined) {
      for (const reference of schema.references) add(reference.subject, reference.schema, reference.file);
    }
    const topics = contract === undefined ? [] : topicsOf(contract, subject);
    if (known !== undefined) {
      uses.set(subject, { ...known, topics: unique([...known.topics, ...topics]) });
      return;
    }
    const shown = file ?? subject;
    const parsed = parseSchema(schema, { file: shown });
    const includes = includesOf(schema);
    const candidate = { file: shown, schema, parsed, fingerprint: readerFingerprint(schema) };
    uses.set(subject, { subject, candidate, level: contract?.compatibility, topics, includes });
  };
  for (const contract of contracts.topics) {
    for (const { subject, schema, file } of schemasOf(contract)) {
      add(subject, schema, relative(cwd, join(contracts.root, file)), contract);
    }
  }
  return [...uses.values()];
}

/**
 * The subjects that files or names on the command line stand for, and all that include one of them.
 *
 * @throws CliError `USAGE` for one that the contracts do not know.
 */
export function selectUses(uses: readonly SubjectUse[], names: readonly string[], cwd: string): SubjectUse[] {
  if (names.length === 0) return [...uses];
  const wanted = new Set(
    names.flatMap((name) => {
      const found = uses.filter(
        ({ subject, candidate }) => subject === name || resolve(cwd, candidate.file) === resolve(cwd, name),
      );
      if (found.length > 0) return found.map(({ subject }) => subject);
      const known = uses.map(({ subject, candidate }) => `${candidate.file} (${subject})`);
      throw new CliError(
        "USAGE",
        `the contracts know no file or subject ${name}; they have ${known.join(", ")}`,
      );
    }),
  );
  return uses.filter(
    ({ subject, includes }) => wanted.has(subject) || includes.some((each) => wanted.has(each)),
  );
}

function schemasOf({ value, key }: Contract): ContractSchema[] {
  return key.kind === "schema" ? [value, key.schema] : [value];
}

function topicsOf({ topic, value, key }: Contract, subject: string): SubjectUse["topics"] {
  return [
    ...(value.subject === subject ? [{ topic, part: "value" as const }] : []),
    ...(key.kind === "schema" && key.schema.subject === subject ? [{ topic, part: "key" as const }] : []),
  ];
}

function includesOf(schema: ResolvedSchema): string[] {
  const seen = new Set<string>();
  const visit = ({ references }: ResolvedSchema): void => {
    for (const { subject, schema: included } of references) {
      if (seen.has(subject)) continue;
      seen.add(subject);
      visit(included);
    }
  };
  visit(schema);
  return [...seen];
}

function unique(topics: SubjectUse["topics"]): SubjectUse["topics"] {
  return [...new Map(topics.map((each) => [`${each.part} ${each.topic}`, each])).values()];
}
