import { type Logger, SILENT_LOGGER } from "../logger.ts";
import { type Clock, SYSTEM_CLOCK } from "./clock.ts";
import type { GroupLimits } from "./group-types.ts";

const DAY_MS = 86_400_000;

/** How a group coordinator works. Times in milliseconds; the names in brackets are Kafka's. */
export interface GroupCoordinatorOptions {
  /** The partitions of `__consumer_offsets`, fixed when that topic is created (`offsets.topic.num.partitions`). */
  readonly offsetsPartitions: number;
  /** Whether a partition exists, so that offsets may be committed for it. */
  partitionExists(topic: string, partition: number): boolean;
  /**
   * Whether this broker may act as the leader of that partition of `__consumer_offsets` at this very moment. Asked with
   * every request, since a process that slept is told of nothing before it is asked. Default: always.
   */
  leads?(partition: number): boolean;
  /** Each has its own default. */
  readonly limits?: Partial<GroupLimits>;
  /** How long an empty group keeps its offsets. Default 7 days (`offsets.retention.minutes`). */
  readonly offsetsRetentionMs?: number;
  /** Between two looks for expired offsets. Default 10 minutes (`offsets.retention.check.interval.ms`). */
  readonly offsetsCheckIntervalMs?: number;
  /** The longest text that may go with a committed offset. Default 4096 (`offset.metadata.max.bytes`). */
  readonly offsetMetadataMax?: number;
  /** Default: the process's monotonic clock. */
  readonly clock?: Clock;
  /** Default: silence. */
  readonly logger?: Logger;
  /** Makes the part of a member id that no other one has. Default: a random UUID. */
  readonly uniqueId?: () => string;
}

export interface ResolvedGroupOptions extends Required<Omit<GroupCoordinatorOptions, "limits">> {
  readonly limits: GroupLimits;
}

export function resolveGroupOptions(options: GroupCoordinatorOptions): ResolvedGroupOptions {
  return {
    offsetsPartitions: options.offsetsPartitions,
    partitionExists: (topic, partition) => options.partitionExists(topic, partition),
    leads: (partition) => options.leads?.(partition) ?? true,
    limits: {
      sessionTimeoutMsMin: options.limits?.sessionTimeoutMsMin ?? 6000,
      sessionTimeoutMsMax: options.limits?.sessionTimeoutMsMax ?? 1_800_000,
      initialRebalanceDelayMs: options.limits?.initialRebalanceDelayMs ?? 0,
      membersMax: options.limits?.membersMax ?? 10_000,
    },
    offsetsRetentionMs: options.offsetsRetentionMs ?? 7 * DAY_MS,
    offsetsCheckIntervalMs: options.offsetsCheckIntervalMs ?? 600_000,
    offsetMetadataMax: options.offsetMetadataMax ?? 4096,
    clock: options.clock ?? SYSTEM_CLOCK,
    logger: options.logger ?? SILENT_LOGGER,
    uniqueId: options.uniqueId ?? (() => globalThis.crypto.randomUUID()),
  };
}
