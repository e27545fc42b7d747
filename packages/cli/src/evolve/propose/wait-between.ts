import { checkCompatibility, type ParsedSchema } from "@letterpress/schema";
import type { SubjectFacts } from "../facts.ts";
import { retainedOf } from "../retained.ts";
import { replacedText, writersOf } from "../writers.ts";

/**
 * What has to be true before the second step of a plan, whose first one is version `number`: all readers have the first
 * one, and all producers too where the second one cannot read what they write now.
 */
export function waitBetween(facts: SubjectFacts, second: ParsedSchema, number: number): string {
  const readers = `no live member reads with a version before ${number}`;
  const latest = facts.versions.at(-1);
  const readsAll =
    latest === undefined || checkCompatibility({ reader: second, writer: latest.parsed }).length === 0;
  if (readsAll) return readers;
  return `${readers}, and ${replacedText(writersOf(facts, retainedOf(facts)), number)}`;
}
