import { type CheckLevel, parseSchema, type ResolvedSchema, readerFingerprint } from "@letterpress/schema";
import type {
  Candidate,
  GroupFacts,
  KnownVersion,
  ReaderKnowledge,
  SubjectFacts,
  TopicFacts,
  WriterFacts,
} from "../facts.ts";

export const FILE = "order.avsc";

/** A record `shop.Order` with these fields, or the text of a Protobuf file. */
export function schemaOf(source: readonly object[] | string): ResolvedSchema {
  if (typeof source === "string") return { format: "PROTOBUF", text: source, references: [] };
  const text = JSON.stringify(
    { type: "record", name: "Order", namespace: "shop", fields: source },
    undefined,
    2,
  );
  return { format: "AVRO", text, references: [] };
}

export function candidateOf(schema: ResolvedSchema, file = FILE): Candidate {
  const parsed = parseSchema(schema, { file });
  return { file, schema, parsed, fingerprint: readerFingerprint(schema) };
}

/** Versions 1, 2, ... with the ids 101, 102, ... */
export function versionsOf(...schemas: readonly ResolvedSchema[]): KnownVersion[] {
  return schemas.map((schema, index) => {
    const version = index + 1;
    const parsed = parseSchema(schema, { file: `orders-value version ${version}` });
    return { version, id: 100 + version, schema, parsed, fingerprint: readerFingerprint(schema) };
  });
}

/** A group with one member per reader on partition 0. */
export function groupOf(
  group: string,
  committed: bigint | undefined,
  ...readers: readonly ReaderKnowledge[]
): GroupFacts {
  return {
    group,
    state: readers.length === 0 ? "Empty" : "Stable",
    committed: new Map(committed === undefined ? [] : [[0, committed]]),
    members: readers.map((reader, index) => ({
      memberId: `${group}-${index}`,
      clientId: group,
      clientHost: "/127.0.0.1",
      partitions: [0],
      reader,
    })),
  };
}

/** A client that declares a version, or this schema. */
export function declaredWriter(
  clientId: string,
  { id, fingerprint, parsed }: Pick<KnownVersion, "id" | "fingerprint"> & Partial<KnownVersion>,
  leftAtMs?: number,
): WriterFacts {
  const writer = { clientId, clientHost: "/127.0.0.1", leftAtMs, schemaId: id, fingerprint, parsed };
  return { producerId: 1n, writer: { kind: "declared", ...writer } };
}

/** A topic of one partition with ten records of each of these versions, in this order. */
export function topicOf(
  retained: readonly KnownVersion[],
  groups: readonly GroupFacts[] = [],
  writers: readonly WriterFacts[] = [],
): TopicFacts {
  return {
    topic: "orders",
    part: "value",
    exists: true,
    records: 10 * retained.length,
    unframed: 0,
    retained: retained.map(({ id, schema, parsed }, index) => {
      const firstOffset = BigInt(10 * index);
      return {
        schemaId: id,
        schema,
        parsed,
        ranges: [{ partition: 0, count: 10, firstOffset, lastOffset: firstOffset + 9n }],
      };
    }),
    unseen: [],
    groups,
    writers,
    replay: undefined,
  };
}

export function factsOf(
  level: CheckLevel,
  candidate: ResolvedSchema,
  versions: readonly KnownVersion[],
  topics: readonly TopicFacts[] = [topicOf(versions)],
): SubjectFacts {
  return {
    subject: "orders-value",
    level,
    candidate: candidateOf(candidate),
    versions,
    includedChanges: [],
    topics,
    otherIncluders: [],
  };
}
