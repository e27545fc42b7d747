import type { LogConfig, LogEngine } from "@letterpress/log";
import { BrokerError } from "./broker-error.ts";
import type { ClusterJoin } from "./cluster/cluster-join.ts";
import { type BrokerConfig, parseBrokerConfig } from "./config/broker-configs.ts";
import { ConfigFault } from "./config/config-definition.ts";
import type { GroupCoordinatorOptions } from "./groups/group-options.ts";
import { type Logger, SILENT_LOGGER } from "./logger.ts";
import { type BrokerMetrics, NO_METRICS } from "./metrics.ts";
import type { ListenAddress } from "./network/listener.ts";
import type { RecordGuard } from "./record-guard.ts";

export interface BrokerOptions {
  /** Where the logs are kept. It belongs to the broker from here on and is closed with it. */
  readonly engine: LogEngine;
  /** How to join the brokers that share the engine's logs. Default: there is no other broker. */
  readonly cluster?: ClusterJoin;
  /** The address to listen on. Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0, a free port. */
  readonly port?: number;
  /** The address clients are told. Default the one listened on, `localhost` where that is all interfaces. */
  readonly advertised?: ListenAddress;
  /** Default 1. */
  readonly nodeId?: number;
  /** Default null. */
  readonly rack?: string | null;
  /** Settings under Kafka's names, such as `num.partitions`. Default none. */
  readonly config?: Readonly<Record<string, string>>;
  /** When acks=all is answered: after fdatasync, or after the write. Default `commit`. */
  readonly flush?: LogConfig["flush"];
  /** Checks records at append; it can also be set later. Default none. */
  readonly guard?: RecordGuard;
  /** Default: counts nothing. */
  readonly metrics?: BrokerMetrics;
  /** Default: says nothing. */
  readonly logger?: Logger;
  /** The folder that DescribeLogDirs tells. Default `(memory)`. */
  readonly logDir?: string;
  /** Session bounds and rebalance delay of groups. Default those of the group coordinator. */
  readonly groups?: Pick<GroupCoordinatorOptions, "limits" | "offsetsRetentionMs">;
  /** How long requests in flight may take when the broker closes, in milliseconds. Default 5000. */
  readonly closeGraceMs?: number;
  /** Milliseconds since the epoch. Default the system's clock. */
  readonly now?: () => number;
}

export interface ResolvedBrokerOptions
  extends Required<Omit<BrokerOptions, "config" | "guard" | "advertised" | "cluster">> {
  readonly config: BrokerConfig;
  readonly cluster: ClusterJoin | undefined;
  readonly guard: RecordGuard | undefined;
  readonly advertised: ListenAddress | undefined;
}

/** @throws BrokerError `INVALID_CONFIG` naming the setting that is unknown or wrong. */
export function resolveBrokerOptions(options: BrokerOptions): ResolvedBrokerOptions {
  return {
    engine: options.engine,
    cluster: options.cluster,
    host: options.host ?? "127.0.0.1",
    port: options.port ?? 0,
    advertised: options.advertised,
    nodeId: options.nodeId ?? 1,
    rack: options.rack ?? null,
    config: parseConfig(options.config ?? {}),
    flush: options.flush ?? "commit",
    guard: options.guard,
    metrics: options.metrics ?? NO_METRICS,
    logger: options.logger ?? SILENT_LOGGER,
    logDir: options.logDir ?? "(memory)",
    groups: options.groups ?? {},
    closeGraceMs: options.closeGraceMs ?? 5000,
    now: options.now ?? Date.now,
  };
}

function parseConfig(texts: Readonly<Record<string, string>>): BrokerConfig {
  try {
    return parseBrokerConfig(texts);
  } catch (error) {
    if (error instanceof ConfigFault)
      throw new BrokerError("INVALID_CONFIG", error.message, { cause: error });
    throw error;
  }
}
