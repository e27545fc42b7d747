import type { PartitionId } from "@letterpress/log";
import { ClusterError } from "./cluster-error.ts";
import type { NatsOptions } from "./nats/nats-options.ts";

export const REPLICAS_ALLOWED = [1, 3, 5] as const;
export type Replicas = (typeof REPLICAS_ALLOWED)[number];

export interface JetStreamEngineOptions extends NatsOptions {
  /** How many servers keep each partition whose log does not say. Default 3. */
  readonly replicas?: Replicas;
  /** What recent batches of all partitions may take in memory, in bytes. Default 256 MiB. */
  readonly tailCacheBytes?: number;
  /** How long opening a log may wait for servers, in milliseconds. Default 30000. */
  readonly openTimeoutMs?: number;
  /** Whether this process may lead the partition now. Default always. */
  readonly mayLead?: (id: PartitionId) => boolean;
  /** Told what about the servers should be changed though the log works. Default nothing. */
  readonly onAdvice?: (advice: string) => void;
}

export type ResolvedEngineOptions = Required<
  Pick<JetStreamEngineOptions, "replicas" | "tailCacheBytes" | "openTimeoutMs" | "mayLead" | "onAdvice">
>;

/** @throws ClusterError `INVALID_OPTIONS` */
export function resolveEngineOptions(options: JetStreamEngineOptions): ResolvedEngineOptions {
  const { replicas = 3, tailCacheBytes = 256 * 1024 * 1024, openTimeoutMs = 30_000 } = options;
  if (options.servers.length === 0) {
    throw new ClusterError(
      "INVALID_OPTIONS",
      "no NATS server is given; name at least one, as nats://host:4222",
    );
  }
  if (!REPLICAS_ALLOWED.includes(replicas)) {
    throw new ClusterError("INVALID_OPTIONS", `replicas must be 1, 3 or 5, not ${String(replicas)}`);
  }
  return {
    replicas,
    tailCacheBytes,
    openTimeoutMs,
    mayLead: options.mayLead ?? (() => true),
    onAdvice: options.onAdvice ?? (() => {}),
  };
}
