import type { DescribeProducers, ResponseOf } from "@letterpress/protocol";
import { readWriterDeclarations, type WriterDeclaration } from "@letterpress/schema";

/** A client that has said which schemas it writes a topic with, as typed producers do. */
export interface TopicWriter {
  readonly clientId: string | undefined;
  readonly clientHost: string;
  /** Undefined for a client that is not idempotent. */
  readonly producerId: bigint | undefined;
  /** Milliseconds since the epoch. */
  readonly declaredAtMs: number;
  /**
   * When it hung up, in milliseconds since the epoch; undefined while it has not, also when its broker has closed an
   * idle connection: it comes back with its next record.
   */
  readonly leftAtMs: number | undefined;
  readonly schemas: readonly WriterDeclaration[];
}

type ToldWriter = ResponseOf<typeof DescribeProducers>["topics"][number]["writers"][number];

/**
 * A client has one connection to each leader, and what it writes with it tells to each: it is listed once, with its
 * latest word, and as gone only when it has left every broker.
 */
export function writersOf(told: readonly ToldWriter[]): TopicWriter[] {
  const found = new Map<string, TopicWriter>();
  for (const { clientId, clientHost, producerId, declaredAtMs, leftAtMs, writerSchemas } of told) {
    const schemas = readWriterDeclarations(writerSchemas);
    if (schemas === undefined) continue;
    const writer: TopicWriter = {
      clientId: clientId ?? undefined,
      clientHost,
      producerId: producerId < 0n ? undefined : producerId,
      declaredAtMs: Number(declaredAtMs),
      leftAtMs: leftAtMs < 0n ? undefined : Number(leftAtMs),
      schemas,
    };
    const words = writerSchemas.toString("latin1");
    const key = producerId < 0n ? `${clientId} ${clientHost} ${words}` : `${producerId}`;
    const known = found.get(key);
    if (known === undefined || isNewer(writer, known)) found.set(key, writer);
  }
  return [...found.values()];
}

function isNewer(writer: TopicWriter, known: TopicWriter): boolean {
  const [isConnected, wasConnected] = [writer, known].map(({ leftAtMs }) => leftAtMs === undefined);
  return isConnected === wasConnected ? writer.declaredAtMs > known.declaredAtMs : isConnected === true;
}
