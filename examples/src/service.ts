import { Letterpress, type TopicPartition } from "@letterpress/client";

/** What every service gets from whoever runs it. */
export interface ServiceContext {
  readonly client: Letterpress;
  /** Ends the service; it leaves its group and commits what it has done. */
  readonly signal: AbortSignal;
  /** Says one thing that the service did. */
  log(message: string): void;
}

/** `orders.placed 0, 3, 5`: which partitions a consumer was given. */
export function listPartitions(partitions: readonly TopicPartition[]): string {
  const numbers = partitions.map(({ partition }) => partition).sort((a, b) => a - b);
  return numbers.length === 0 ? "no partitions" : `${partitions[0]!.topic} ${numbers.join(", ")}`;
}

/**
 * Runs one service as a process of its own, against the server that the environment names, until Ctrl-C:
 * `LETTERPRESS_BROKERS` (default 127.0.0.1:9092) and `LETTERPRESS_REGISTRY` (default http://127.0.0.1:8081).
 */
export async function runService(
  name: string,
  service: (context: ServiceContext) => Promise<unknown>,
): Promise<void> {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  await using client = new Letterpress({
    brokers: (process.env.LETTERPRESS_BROKERS ?? "127.0.0.1:9092").split(","),
    registry: process.env.LETTERPRESS_REGISTRY ?? "http://127.0.0.1:8081",
    clientId: name,
  });
  await service({ client, signal: stop.signal, log: (message) => console.log(`${name}: ${message}`) });
}
