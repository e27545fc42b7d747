import { LetterpressError, type ProducerAdmin, type TopicProducers } from "@letterpress/client";
import type { RegistryClient } from "@letterpress/registry/client";
import { type ParsedSchema, parseSchema } from "@letterpress/schema";
import { unlessMissing } from "../../schema-tools/unless-missing.ts";
import type { KnownVersion, WriterFacts } from "../facts.ts";

/** Whom to ask. */
export interface WriterSources {
  readonly admin: { readonly producers: Pick<ProducerAdmin, "describe"> };
  readonly registry: Pick<RegistryClient, "schemaById">;
}

/** What is written under a subject. */
export interface WriterPlace {
  readonly topic: string;
  readonly part: "key" | "value";
  readonly subject: string;
  readonly versions: readonly KnownVersion[];
}

/**
 * Every client that has declared a schema of a subject for a topic, and every producer that the logs know and that
 * has declared nothing. Undefined where the brokers tell no producers.
 */
export async function writersOf(
  { admin, registry }: WriterSources,
  { topic, part, subject, versions }: WriterPlace,
): Promise<WriterFacts[] | undefined> {
  const producers = await describe(admin, topic);
  if (producers === undefined) return undefined;
  const { writers, partitions } = producers;
  const declared: WriterFacts[] = [];
  for (const { clientId, clientHost, producerId, leftAtMs, schemas } of writers) {
    for (const schema of schemas) {
      if (schema.part !== part || schema.subject !== subject) continue;
      const { schemaId, fingerprint } = schema;
      const parsed = await schemaOf(registry, schemaId, versions);
      const writer = {
        kind: "declared",
        clientId,
        clientHost,
        leftAtMs,
        schemaId,
        fingerprint,
        parsed,
      } as const;
      declared.push({ producerId, writer });
    }
  }
  // Who has declared something else writes other records of the topic.
  const known = new Set(writers.map(({ producerId }) => producerId));
  const lastWrittenMs = new Map<bigint, number>();
  for (const { producerId, lastTimestampMs } of partitions.flatMap((each) => each.activeProducers)) {
    if (known.has(producerId)) continue;
    lastWrittenMs.set(producerId, Math.max(lastTimestampMs, lastWrittenMs.get(producerId) ?? -1));
  }
  const silent = [...lastWrittenMs].map(
    ([producerId, lastMs]): WriterFacts => ({
      producerId,
      writer: { kind: "unknown", lastWrittenMs: lastMs },
    }),
  );
  return [...declared, ...silent];
}

/** The schema behind an id; one that is no live version is asked for. */
async function schemaOf(
  registry: WriterSources["registry"],
  schemaId: number,
  versions: readonly KnownVersion[],
): Promise<ParsedSchema | undefined> {
  const version = versions.find(({ id }) => id === schemaId);
  if (version !== undefined) return version.parsed;
  const schema = await unlessMissing(registry.schemaById(schemaId));
  return schema && parseSchema(schema);
}

/** Brokers that are too old, or do not allow it, tell nothing. */
async function describe(admin: WriterSources["admin"], topic: string): Promise<TopicProducers | undefined> {
  try {
    return await admin.producers.describe(topic);
  } catch (error) {
    if (!(error instanceof LetterpressError)) throw error;
    if (error.code === "UNSUPPORTED_VERSION" || error.code === "AUTHORIZATION_FAILED") return undefined;
    throw error;
  }
}
