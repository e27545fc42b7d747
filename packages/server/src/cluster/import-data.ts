import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { countGroups, METADATA_PARTITION, OFFSETS_TOPIC, StoredBroker } from "@letterpress/broker";
import type { ImportProgress, ImportReport } from "@letterpress/cluster";
import {
  type LogEngine,
  LogError,
  logConfig,
  openFileEngine,
  type PartitionId,
  type PartitionLog,
  StateLog,
} from "@letterpress/log";
import { RegistryState } from "@letterpress/registry";
import type { ClusterConfig, ClusterConfigInput } from "../config/cluster-config.ts";
import { readClusterConfig } from "../config/read-config.ts";
import { SCHEMAS_TOPIC } from "../schemas-topic.ts";
import { ServerError } from "../server-error.ts";
import { storageError } from "../storage-error.ts";

export type { ImportPhase, ImportProgress } from "@letterpress/cluster";

export interface ImportDataOptions {
  /** The data folder of a server that is stopped. */
  readonly data: string;
  readonly cluster: ClusterConfigInput;
  /** Begin anew and remove what an import that has not finished has copied. Default false. */
  readonly isRestart?: boolean;
  /** Stops the import; the same call goes on with it. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ImportProgress) => void;
  /** Told what about the NATS servers should be changed though the import works. */
  readonly onAdvice?: (advice: string) => void;
}

/** What was imported; all of it was read back from the cluster and compared. */
export interface ImportSummary extends ImportReport {
  /** Internal topics left out. */
  readonly topics: number;
  readonly groups: number;
  /** Versions of all subjects. */
  readonly schemas: number;
  readonly seconds: number;
}

/**
 * Copies the data folder of a single server into a cluster that holds nothing yet: topics with their ids and configs,
 * records at their offsets, groups with their committed offsets, schemas with their ids. Brokers can join when it is done.
 * An import that was stopped, even killed, goes on where it was.
 *
 * @throws ServerError `INVALID_CONFIG`, `DATA_LOCKED` while a server runs on the folder, `STORAGE_FAILED` when the folder is
 *   damaged, `CLUSTER_UNAVAILABLE`, `CLUSTER_NOT_EMPTY`, `IMPORT_UNFINISHED`, `IMPORT_MISMATCH`; what the signal was aborted with.
 */
export async function importData(options: ImportDataOptions): Promise<ImportSummary> {
  const startMs = performance.now();
  const folder = resolve(options.data);
  const config = readClusterConfig([
    { settings: { cluster: options.cluster }, locate: (path) => path.join(".") },
  ]);
  try {
    const engine = await openFolder(folder);
    try {
      const summary = await importFrom(engine, folder, { ...options, cluster: config });
      return { ...summary, seconds: (performance.now() - startMs) / 1000 };
    } finally {
      await engine.close();
    }
  } catch (error) {
    throw isUnavailable(error)
      ? new ServerError("CLUSTER_UNAVAILABLE", `cluster: ${error.message}`, { cause: error })
      : storageError(error);
  }
}

/** Opening a folder makes it, and clears away what deletions have left: it had better be one of ours. */
async function openFolder(folder: string): Promise<LogEngine> {
  const { topic, partition } = METADATA_PARTITION;
  const found = await stat(join(folder, `${topic}-${partition}`)).catch(() => undefined);
  if (found?.isDirectory() !== true) throw noData(folder);
  return openFileEngine(folder);
}

async function importFrom(
  engine: LogEngine,
  folder: string,
  { cluster, data: _, ...options }: ImportDataOptions & { readonly cluster: ClusterConfig },
): Promise<Omit<ImportSummary, "seconds">> {
  const stored = await StoredBroker.read(engine);
  if (stored === undefined) throw noData(folder);
  const [{ importLogs }, { explained }, { natsOptions }] = await Promise.all([
    import("@letterpress/cluster"),
    import("./explained.ts"),
    import("./nats-options.ts"),
  ]);
  const sources: { readonly id: PartitionId; readonly log: PartitionLog }[] = [];
  for (const id of stored.partitions()) sources.push({ id, log: await engine.open(id, logConfig()) });
  const logsOf = (name: string): PartitionLog[] =>
    sources.filter(({ id }) => id.topic === name).map(({ log }) => log);
  const topics = stored.topicCount;
  const groups = await countGroups(logsOf(OFFSETS_TOPIC));
  const schemas = await countSchemas(logsOf(SCHEMAS_TOPIC));
  const report = await explained(
    importLogs({
      ...options,
      nats: natsOptions(cluster),
      replicas: cluster.replicas,
      origin: { id: stored.clusterId, name: `data folder ${folder}` },
      sources,
      metadataId: METADATA_PARTITION,
      metadata: stored.metadata(cluster.replicas),
    }),
  );
  return { ...report, topics, groups, schemas };
}

async function countSchemas(logs: readonly PartitionLog[]): Promise<number> {
  let count = 0;
  for (const log of logs) {
    const state = new RegistryState();
    const stateLog = await StateLog.open(log, state, { mayCompact: () => false });
    await stateLog.close();
    for (const subject of state.subjects()) count += state.versions(subject).length;
  }
  return count;
}

function noData(folder: string): ServerError {
  return new ServerError(
    "INVALID_CONFIG",
    `${folder} is no data folder of a server; name the one that it used`,
  );
}

/** What a log says of the cluster, and not of the folder. */
function isUnavailable(error: unknown): error is LogError {
  return error instanceof LogError && ["NOT_ENOUGH_REPLICAS", "TIMED_OUT"].includes(error.code);
}
