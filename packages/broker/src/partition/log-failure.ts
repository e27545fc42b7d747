import { LogError, type PartitionLog } from "@letterpress/log";
import type { PartitionStore } from "./partition-store.ts";

/**
 * Why a log of the server's own state, of its metadata or an internal topic, has stopped for good; undefined while all
 * of them serve. One that another broker leads by now has not failed.
 */
export async function firstFailure(
  metadata: PartitionLog | undefined,
  partitions: PartitionStore,
): Promise<LogError | undefined> {
  const logs = metadata === undefined ? [] : [metadata];
  for (const { topic, log } of partitions.all()) if (topic.isInternal) logs.push(log);
  for (const log of logs) {
    const failure = await failureOf(log);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

/** A read at the end gives nothing, and asks the log whether it still serves. */
async function failureOf(log: PartitionLog): Promise<LogError | undefined> {
  try {
    await log.read(log.highWatermark, 1);
    return undefined;
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
    return error.code === "STORAGE_FAILED" || error.code === "CORRUPT" ? error : undefined;
  }
}
