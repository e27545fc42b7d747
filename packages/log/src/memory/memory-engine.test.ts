import { compactionSuite } from "../testing/compaction-suite.ts";
import { type EngineUnderTest, partitionLogSuite } from "../testing/partition-log-suite.ts";
import { openMemoryEngine } from "./memory-engine.ts";

async function makeEngine(): Promise<EngineUnderTest> {
  const engine = openMemoryEngine();
  return { engine, dispose: () => engine.close() };
}

partitionLogSuite("memory", makeEngine);
compactionSuite("memory", makeEngine);
