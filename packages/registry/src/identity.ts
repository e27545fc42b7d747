import { createHash, type Hash } from "node:crypto";
import type { SchemaContent, SchemaMetadata, SchemaRule } from "./stored-schema.ts";

/*
 * Confluent's identity of a schema is the MD5 of these bytes, without separators:
 *
 *   text | per reference: name, subject, version int32 | metadata: 01, content | rule set: 01, rules
 *
 * Maps and sets are taken in the order of their keys, as Java's sorted ones are.
 */

/** The identity of a schema as a UUID; byte for byte the GUID that Confluent's registry gives it. */
export function schemaGuid(content: SchemaContent): string {
  const hash = createHash("md5");
  hash.update(content.text);
  for (const { name, subject, version } of content.references) {
    const bytes = Buffer.allocUnsafe(4);
    bytes.writeInt32BE(version);
    hash.update(name).update(subject).update(bytes);
  }
  if (content.metadata) addMetadata(hash, content.metadata);
  if (content.ruleSet) {
    hash.update(PRESENT);
    const { migrationRules = [], domainRules = [], encodingRules = [] } = content.ruleSet;
    for (const rule of [...migrationRules, ...domainRules, ...encodingRules]) addRule(hash, rule);
  }
  return formatUuid(hash.digest("hex"));
}

const PRESENT = Buffer.of(1);

function addMetadata(hash: Hash, { tags, properties, sensitive }: SchemaMetadata): void {
  hash.update(PRESENT);
  for (const [key, values] of sortedEntries(tags)) {
    hash.update(key);
    for (const value of [...values].sort()) hash.update(value);
  }
  for (const [key, value] of sortedEntries(properties)) hash.update(key).update(value);
  for (const value of [...(sensitive ?? [])].sort()) hash.update(value);
}

function addRule(hash: Hash, rule: SchemaRule): void {
  for (const part of [rule.name, rule.doc, rule.kind, rule.mode, rule.type]) hash.update(part ?? "");
  for (const tag of [...(rule.tags ?? [])].sort()) hash.update(tag);
  for (const [key, value] of sortedEntries(rule.params)) hash.update(key).update(value);
  for (const part of [rule.expr, rule.onSuccess, rule.onFailure]) hash.update(part ?? "");
  if (rule.disabled) hash.update(PRESENT);
}

function sortedEntries<T>(record: Readonly<Record<string, T>> | undefined): [string, T][] {
  return Object.entries(record ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
}

function formatUuid(hex: string): string {
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
