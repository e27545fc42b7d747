export { LogError, type LogErrorCode } from "./log-error.ts";
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
  ProducerSnapshot,
  TimestampedOffset,
} from "./partition-log.ts";
export type { StateEntry, StateMachine, StoredEntry } from "./state-machine.ts";
