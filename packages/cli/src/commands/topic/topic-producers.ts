import type { Admin, TopicProducers, WriterDeclaration } from "@letterpress/client";
import { table } from "../../table.ts";

/** Who writes a topic: by what the logs know of its idempotent writes, and by its own word. */
export interface ProducerDescription {
  /** Null for a client that is not idempotent. */
  readonly producerId: bigint | null;
  /** Null for a producer that has declared nothing. */
  readonly clientId: string | null;
  readonly clientHost: string | null;
  /** Whether its client has hung up; null where nobody knows. */
  readonly hasLeft: boolean | null;
  readonly schemas: readonly WriterDeclaration[];
  /** Those whose logs know it. */
  readonly partitions: readonly number[];
  /** An ISO 8601 time; null when that is not known. */
  readonly lastWrittenAt: string | null;
}

/** The producers of a topic, those that have declared something first. */
export async function describeProducers(admin: Admin, topic: string): Promise<ProducerDescription[]> {
  const producers = await admin.producers.describe(topic);
  const active = activityOf(producers);
  const declared = producers.writers.map(({ producerId, clientId, clientHost, leftAtMs, schemas }) => ({
    producerId: producerId ?? null,
    clientId: clientId ?? null,
    clientHost,
    hasLeft: leftAtMs !== undefined,
    schemas,
    ...((producerId !== undefined && active.get(producerId)) || NO_ACTIVITY),
  }));
  const known = new Set(declared.map(({ producerId }) => producerId));
  const silent = [...active]
    .filter(([producerId]) => !known.has(producerId))
    .map(([producerId, activity]) => ({ ...SILENT, producerId, ...activity }));
  return [...declared, ...silent];
}

/** A table of them, or that there is none. */
export function producersText(producers: readonly ProducerDescription[]): string {
  if (producers.length === 0) return "No producer is active.";
  const rows = producers.map(({ producerId, clientId, hasLeft, schemas, partitions, lastWrittenAt }) => [
    producerId === null ? "-" : String(producerId),
    `${clientId ?? "?"}${hasLeft === true ? " (has left)" : ""}`,
    schemas.map(({ subject, schemaId }) => `${subject} (id ${schemaId})`).join(", ") || "?",
    partitions.join(",") || "-",
    lastWrittenAt ?? "-",
  ]);
  return table(["PRODUCER", "CLIENT", "WRITES WITH", "PARTITIONS", "LAST WROTE"], rows);
}

type Activity = Pick<ProducerDescription, "partitions" | "lastWrittenAt">;

const NO_ACTIVITY: Activity = { partitions: [], lastWrittenAt: null };
const SILENT = { clientId: null, clientHost: null, hasLeft: null, schemas: [] } as const;

/** By producer id, over all partitions. */
function activityOf({ partitions }: TopicProducers): Map<bigint, Activity> {
  const places = partitions.flatMap(({ partition, activeProducers }) =>
    activeProducers.map(({ producerId, lastTimestampMs }) => ({ producerId, partition, lastTimestampMs })),
  );
  return new Map(
    [...Map.groupBy(places, ({ producerId }) => producerId)].map(([producerId, found]) => {
      const lastMs = Math.max(...found.map(({ lastTimestampMs }) => lastTimestampMs));
      return [
        producerId,
        {
          partitions: found.map(({ partition }) => partition),
          lastWrittenAt: lastMs < 0 ? null : new Date(lastMs).toISOString(),
        },
      ];
    }),
  );
}
