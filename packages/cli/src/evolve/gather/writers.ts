import { type Admin, LetterpressError, type TopicProducers } from "@letterpress/client";
import type { WriterFacts } from "../facts.ts";

/**
 * Every client that has declared a schema of a subject for a topic, and every producer that the logs know and that
 * has declared nothing. Undefined where the brokers tell no producers.
 */
export async function writersOf(
  admin: Admin,
  topic: string,
  part: "key" | "value",
  subject: string,
): Promise<WriterFacts[] | undefined> {
  const producers = await describe(admin, topic);
  if (producers === undefined) return undefined;
  const { writers, partitions } = producers;
  const declared = writers.flatMap(({ clientId, clientHost, producerId, leftAtMs, schemas }) =>
    schemas
      .filter((schema) => schema.part === part && schema.subject === subject)
      .map(
        ({ schemaId, fingerprint }): WriterFacts => ({
          producerId,
          writer: { kind: "declared", clientId, clientHost, leftAtMs, schemaId, fingerprint },
        }),
      ),
  );
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

/** Brokers that are too old, or do not allow it, tell nothing. */
async function describe(admin: Admin, topic: string): Promise<TopicProducers | undefined> {
  try {
    return await admin.producers.describe(topic);
  } catch (error) {
    if (!(error instanceof LetterpressError)) throw error;
    if (error.code === "UNSUPPORTED_VERSION" || error.code === "AUTHORIZATION_FAILED") return undefined;
    throw error;
  }
}
