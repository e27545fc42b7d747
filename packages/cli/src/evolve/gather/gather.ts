import type { CheckLevel } from "@letterpress/schema";
import { parseSchema, readerFingerprint } from "@letterpress/schema";
import type { Connected } from "../../connect.ts";
import { unlessMissing } from "../../schema-tools/unless-missing.ts";
import { levelNamed } from "../../schemas/baseline.ts";
import type { KnownVersion, RetainedSchema, SubjectFacts, TopicFacts } from "../facts.ts";
import type { SubjectUse } from "./candidates.ts";
import { groupsOf } from "./groups.ts";
import { type NamedSchema, replay } from "./replay.ts";
import { type LogScan, scanLog } from "./scan-log.ts";
import { includersOf, versionsOf } from "./versions.ts";
import { writersOf } from "./writers.ts";

export interface GatherOptions {
  /** Checks at this level instead of the subjects' own. */
  readonly level?: CheckLevel | undefined;
  /** How many of each topic's last records are read with the candidate. */
  readonly replay: number;
  /** How many of each topic's records are looked at. */
  readonly scan: number;
  readonly onProgress: (records: number) => void;
}

/** What the registry says of each subject; enough to know what has changed, and to name a plan. */
export async function gatherVersions(
  { registry }: Connected,
  uses: readonly SubjectUse[],
  level: CheckLevel | undefined,
): Promise<SubjectFacts[]> {
  const facts: SubjectFacts[] = [];
  for (const { subject, candidate, level: own, includes } of uses) {
    const versions = await versionsOf(registry, subject);
    facts.push({
      subject,
      level: level ?? own ?? levelNamed(await registry.config(subject)),
      candidate,
      versions,
      includedChanges: includes.flatMap((each) => {
        const included = facts.find((other) => other.subject === each);
        return included !== undefined && isChanged(included) ? [included.candidate.file] : [];
      }),
      topics: [],
      otherIncluders: (await includersOf(registry, subject, versions)).filter(
        (other) => !uses.some((use) => use.subject === other.subject),
      ),
    });
  }
  return facts;
}

/** Whether the candidate is something else than the latest version. */
export function isChanged({ candidate, versions }: SubjectFacts): boolean {
  return versions.at(-1)?.fingerprint !== candidate.fingerprint;
}

/** Adds what the logs and the groups say. */
export async function gatherTopics(
  connected: Connected,
  facts: SubjectFacts,
  topics: SubjectUse["topics"],
  options: GatherOptions,
): Promise<SubjectFacts> {
  const existing = new Set(await connected.admin.topics.list());
  const found: TopicFacts[] = [];
  for (const { topic, part } of topics) {
    found.push(
      existing.has(topic)
        ? await topicFacts(connected, facts, topic, part, options)
        : { topic, part, exists: false, ...EMPTY },
    );
  }
  return { ...facts, topics: found };
}

const EMPTY = {
  records: 0,
  unframed: 0,
  retained: [],
  unseen: [],
  groups: [],
  writers: [],
  replay: undefined,
} as const;

async function topicFacts(
  connected: Connected,
  { subject, candidate, versions }: SubjectFacts,
  topic: string,
  part: "key" | "value",
  options: GatherOptions,
): Promise<TopicFacts> {
  const scan = await scanLog(connected, topic, part, { ...options, recordsMax: options.scan });
  const schemas = await schemasOf(connected, scan, versions);
  const [metadata] = await connected.admin.topics.describe([topic]);
  return {
    topic,
    part,
    exists: true,
    records: scan.records,
    unframed: scan.unframed,
    retained: retainedOf(scan, schemas),
    unseen: scan.unseen,
    groups: await groupsOf(connected.admin, topic, part, metadata!.partitions.length),
    writers: await writersOf(connected, { topic, part, subject, versions }),
    replay: options.replay === 0 ? undefined : replay(candidate, scan.kept, schemas),
  };
}

/** The schemas that the records name. Soft-deleted ones are found too; those deleted for good are not. */
async function schemasOf(
  { registry }: Connected,
  { extents }: LogScan,
  versions: readonly KnownVersion[],
): Promise<Map<number | string, NamedSchema>> {
  const schemas = new Map<number | string, NamedSchema>();
  for (const key of extents.keys()) {
    const known = versions.find(({ id }) => id === key);
    const schema =
      known?.schema ??
      (await unlessMissing(typeof key === "number" ? registry.schemaById(key) : registry.schemaByGuid(key)));
    if (schema === undefined) continue;
    // A GUID stands for a schema: the version with the same one has the id.
    const fingerprint = known === undefined ? readerFingerprint(schema) : known.fingerprint;
    const id = typeof key === "number" ? key : versions.find((each) => each.fingerprint === fingerprint)?.id;
    schemas.set(key, { schemaId: id ?? -1, schema });
  }
  return schemas;
}

function retainedOf(
  { extents }: LogScan,
  schemas: ReadonlyMap<number | string, NamedSchema>,
): RetainedSchema[] {
  return [...extents].map(([key, partitions]) => {
    const named = schemas.get(key);
    const ranges = [...partitions].map(([partition, extent]) => ({ partition, ...extent }));
    return {
      schemaId: named?.schemaId ?? (typeof key === "number" ? key : -1),
      schema: named?.schema,
      parsed: named && parseSchema(named.schema),
      ranges: ranges.toSorted((a, b) => a.partition - b.partition),
    };
  });
}
