export {
  type CompactionRules,
  compactBatch,
  isWorthCompacting,
  oldEnough,
  tombstonesBefore,
} from "./compaction/compact-batch.ts";
export { LatestOffsets } from "./compaction/latest-offsets.ts";
export type { Disk, DiskFile } from "./disk/disk.ts";
export { nodeDisk } from "./disk/node-disk.ts";
export { EpochCache } from "./file/epoch-cache.ts";
export { type FileEngineOptions, openFileEngine } from "./file/file-engine.ts";
export { filterBatch, type RecordFilter } from "./file/filter-batch.ts";
export { LogEvents } from "./file/log-events.ts";
export { type BatchInChunk, firstRecord } from "./first-record.ts";
export { LOG_CONFIG_DEFAULTS, logConfig } from "./log-config.ts";
export { LogError, type LogErrorCode } from "./log-error.ts";
export { openMemoryEngine } from "./memory/memory-engine.ts";
export type {
  Acks,
  Appended,
  AppendOptions,
  LogConfig,
  LogEngine,
  LogEvent,
  LogRead,
  PartitionId,
  PartitionLog,
  ProducedBatch,
  ProducerSnapshot,
  TimestampedOffset,
} from "./partition-log.ts";
export { type ProducedHeader, ProducerStates } from "./producer/producer-state.ts";
export { STATE_LOG_CONFIG, StateLog, type StateLogOptions, type StateStorage } from "./state-log.ts";
export type { StateEntry, StateMachine, StoredEntry } from "./state-machine.ts";
