import type { LogConfig } from "./partition-log.ts";

/** What Kafka keeps by default. */
export const LOG_CONFIG_DEFAULTS: LogConfig = {
  segmentBytes: 1024 * 1024 * 1024,
  segmentMs: 7 * 24 * 60 * 60 * 1000,
  retentionMs: 7 * 24 * 60 * 60 * 1000,
  retentionBytes: -1,
  indexIntervalBytes: 4096,
  cleanupPolicy: { delete: true, compact: false },
  deleteRetentionMs: 24 * 60 * 60 * 1000,
  minCompactionLagMs: 0,
  minCleanableDirtyRatio: 0.5,
  flush: "commit",
};

/** The defaults with `overrides` on top. */
export function logConfig(overrides: Partial<LogConfig> = {}): LogConfig {
  return { ...LOG_CONFIG_DEFAULTS, ...overrides };
}
