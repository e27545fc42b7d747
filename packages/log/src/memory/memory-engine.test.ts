import { partitionLogSuite } from "../testing/partition-log-suite.ts";
import { openMemoryEngine } from "./memory-engine.ts";

partitionLogSuite("memory", async () => {
  const engine = openMemoryEngine();
  return { engine, dispose: () => engine.close() };
});
