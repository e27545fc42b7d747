export { batchOf, partitionOf, readAll, recordsOf } from "./testing/batches.ts";
export { compactionSuite } from "./testing/compaction-suite.ts";
export {
  type KeyedRecord,
  type KeyedWrite,
  keyedBatch,
  keyedRecords,
  keyedRecordsOf,
  stateOf,
} from "./testing/keyed-records.ts";
export { type EngineUnderTest, partitionLogSuite } from "./testing/partition-log-suite.ts";
export { Random } from "./testing/random.ts";
export { withSync } from "./testing/with-sync.ts";
