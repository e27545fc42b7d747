import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const REPOSITORY = fileURLToPath(new URL("../../../../", import.meta.url));

/** Where Apache Kafka's own message definitions may be found; they are not part of this repository. */
export const DEFINITION_FOLDERS: readonly string[] = [
  "../shared/facts/kafka-messages",
  ".oracles/kafka/messages",
]
  .map((folder) => join(REPOSITORY, folder))
  .filter((folder) => existsSync(folder));

/** A field as Kafka's definitions state it. */
export interface KafkaField {
  readonly name: string;
  readonly type: string;
  readonly versions?: string;
  readonly nullableVersions?: string;
  readonly taggedVersions?: string;
  readonly tag?: number;
  readonly ignorable?: boolean | string;
  readonly default?: string | number | boolean;
  readonly fields?: readonly KafkaField[];
}

/** A message as Kafka's definitions state it. */
export interface KafkaDefinition {
  readonly apiKey?: number;
  readonly name: string;
  readonly validVersions: string;
  readonly flexibleVersions: string;
  readonly fields: readonly KafkaField[];
  readonly commonStructs?: readonly { readonly name: string; readonly fields: readonly KafkaField[] }[];
}

/** Reads one definition, JSON with comments on lines of their own; undefined where the folder lacks it. */
export function readDefinition(folder: string, name: string): KafkaDefinition | undefined {
  const file = join(folder, `${name}.json`);
  if (!existsSync(file)) return undefined;
  return JSON.parse(readFileSync(file, "utf8").replaceAll(/^\s*\/\/.*$/gm, ""));
}

/** Versions from the first to the last, both included. */
export type Range = readonly [first: number, last: number];

/** Parses `none`, `3`, `0-4` or `5+`. */
export function parseRange(text: string): Range | undefined {
  if (text === "none") return undefined;
  const [first, last] = text.split(/[-+]/);
  if (text.endsWith("+")) return [Number(first), Number.POSITIVE_INFINITY];
  return [Number(first), Number(last ?? first)];
}

/** The versions that both ranges hold. */
export function intersect(a: Range, b: Range): Range | undefined {
  const first = Math.max(a[0], b[0]);
  const last = Math.min(a[1], b[1]);
  return first <= last ? [first, last] : undefined;
}
