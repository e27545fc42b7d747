import type { CompressionName } from "@letterpress/wire";
import type { ResolvedClientOptions } from "../client-options.ts";
import { LetterpressError } from "../letterpress-error.ts";
import type { Partitioner } from "./partitioner.ts";
import type { ProducerOptions } from "./producer-options.ts";

/** The most requests in flight of which brokers can still tell repetitions apart. */
const IDEMPOTENT_IN_FLIGHT_MAX = 5;

/** {@link ProducerOptions} with every default filled in. */
export interface ResolvedProducerOptions {
  /** As the protocol spells it: -1 for all. */
  readonly acks: -1 | 0 | 1;
  readonly isIdempotent: boolean;
  readonly compression: CompressionName;
  readonly lingerMs: number;
  readonly batchBytes: number;
  readonly requestBytes: number;
  readonly bufferMemoryBytes: number;
  readonly inFlightRequestsMax: number;
  /** Without idempotence a partition has one batch in flight, so that a retry cannot overtake. */
  readonly inFlightBatchesMax: number;
  readonly deliveryTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly partitioner: Partitioner;
}

/** @throws LetterpressError `INVALID_ARGUMENT` for options that contradict each other. */
export function resolveProducerOptions(
  options: ProducerOptions,
  client: ResolvedClientOptions,
): ResolvedProducerOptions {
  const { acks = "all", idempotent = acks === "all", inFlightRequestsMax = 5 } = options;
  if (idempotent && acks !== "all") {
    throw new LetterpressError("INVALID_ARGUMENT", `an idempotent producer needs acks: "all", not ${acks}`);
  }
  if (idempotent && inFlightRequestsMax > IDEMPOTENT_IN_FLIGHT_MAX) {
    throw new LetterpressError(
      "INVALID_ARGUMENT",
      `inFlightRequestsMax of an idempotent producer is at most ${IDEMPOTENT_IN_FLIGHT_MAX}, not ${inFlightRequestsMax}`,
    );
  }
  return {
    acks: acks === "all" ? -1 : acks,
    isIdempotent: idempotent,
    compression: options.compression ?? "none",
    lingerMs: options.lingerMs ?? 0,
    batchBytes: options.batchBytes ?? 512 * 1024,
    requestBytes: options.requestBytes ?? 1024 * 1024,
    bufferMemoryBytes: options.bufferMemoryBytes ?? 32 * 1024 * 1024,
    inFlightRequestsMax,
    inFlightBatchesMax: idempotent || acks === 0 ? inFlightRequestsMax : 1,
    deliveryTimeoutMs: options.deliveryTimeoutMs ?? 120_000,
    requestTimeoutMs: options.requestTimeoutMs ?? client.requestTimeoutMs,
    partitioner: options.partitioner ?? "murmur2",
  };
}
