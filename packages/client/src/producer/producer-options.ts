import type { CompressionName } from "@letterpress/wire";
import type { Partitioner } from "./partitioner.ts";

/** How a producer sends. Sizes in bytes, times in milliseconds. */
export interface ProducerOptions {
  /** `all` in-sync replicas, the leader alone (1), or no acknowledgement at all (0). Default `all`. */
  readonly acks?: "all" | 1 | 0 | undefined;
  /** Every record is stored once and in order, whatever is retried. Needs `acks: "all"`; default true with it. */
  readonly idempotent?: boolean | undefined;
  /** Default `none`. */
  readonly compression?: CompressionName | undefined;
  /** How long a batch waits for more records. Default 0: batches form while earlier ones are in flight. */
  readonly lingerMs?: number | undefined;
  /** A batch is closed at this size, before compression. Default 512 KiB. */
  readonly batchBytes?: number | undefined;
  /** What one request carries at the most, unless a single batch is larger. Default 1 MiB. */
  readonly requestBytes?: number | undefined;
  /** All unacknowledged records together; `send` waits beyond it. Default 32 MiB. */
  readonly bufferMemoryBytes?: number | undefined;
  /** Requests in flight per broker. Default 5, at most 5 for an idempotent producer. */
  readonly inFlightRequestsMax?: number | undefined;
  /** The time from `send` to its failure, all retries included. Default 120,000. */
  readonly deliveryTimeoutMs?: number | undefined;
  /** Default 30,000. */
  readonly requestTimeoutMs?: number | undefined;
  /** How records without a partition find one. Default `murmur2`. */
  readonly partitioner?: Partitioner | undefined;
  /** When it fires, waiting sends fail with `ABORTED` and the producer closes. */
  readonly signal?: AbortSignal | undefined;
}
