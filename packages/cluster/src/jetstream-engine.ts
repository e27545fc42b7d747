import {
  type LogConfig,
  type LogEngine,
  LogError,
  type PartitionId,
  type PartitionLog,
} from "@letterpress/log";
import {
  type JetStreamEngineOptions,
  type ResolvedEngineOptions,
  resolveEngineOptions,
} from "./engine-options.ts";
import { unfinishedImport } from "./import/import-marker.ts";
import { JetStreamCleanedStreams, listCleanedPartitions } from "./jetstream/cleaned-streams.ts";
import type { JetStreamApi, StreamInfo } from "./jetstream/jetstream-api.ts";
import { JetStreamError } from "./jetstream/jetstream-error.ts";
import { MESSAGE_OVERHEAD_BYTES, PartitionStream, streamName } from "./jetstream/partition-stream.ts";
import { ensureStream, listPartitions } from "./jetstream/partition-streams.ts";
import { InFlightBudget } from "./log/in-flight-budget.ts";
import { JetStreamLog } from "./log/jetstream-log.ts";
import type { LogServices } from "./log/log-services.ts";
import { TailBudget } from "./log/tail-cache.ts";
import { takeOver, unavailable } from "./log/take-over.ts";
import { checkAccount } from "./nats/check-account.ts";
import { checkServer } from "./nats/check-server.ts";
import { connectControl, type NatsControl } from "./nats/nats-control.ts";

/** More than this on the way at once makes servers refuse. */
const IN_FLIGHT_BYTES_MAX = 64 * 1024 * 1024;

/**
 * Keeps partition logs on a NATS JetStream cluster: one stream per partition, one message per record batch. Opening a
 * log takes it over from whoever led it.
 *
 * @throws ClusterError `NATS_UNREACHABLE`, `NATS_UNAUTHORIZED`, `NATS_TLS`, `NATS_TOO_OLD`, `JETSTREAM_DISABLED`, `NATS_LIMIT`,
 *   `INVALID_OPTIONS`
 */
export async function openJetStreamEngine(options: JetStreamEngineOptions): Promise<LogEngine> {
  const resolved = resolveEngineOptions(options);
  const control = await connectControl(options);
  try {
    for (const advice of checkServer(control.link.server, resolved.replicas)) resolved.onAdvice(advice);
    for (const advice of await checkAccount(control, resolved)) resolved.onAdvice(advice);
  } catch (error) {
    await control.close();
    throw error;
  }
  return new JetStreamEngine(control, resolved);
}

class JetStreamEngine implements LogEngine {
  readonly #control: NatsControl;
  readonly #api: JetStreamApi;
  readonly #options: ResolvedEngineOptions;
  readonly #services: LogServices;
  /** By the stream's name; undefined while it is being opened. */
  readonly #open = new Map<string, JetStreamLog | undefined>();
  #isClosed = false;

  constructor(control: NatsControl, options: ResolvedEngineOptions) {
    this.#control = control;
    this.#options = options;
    this.#api = control.api;
    this.#services = {
      tailBudget: new TailBudget(options.tailCacheBytes),
      inFlightBudget: new InFlightBudget(IN_FLIGHT_BYTES_MAX),
      // Servers may be configured anew while this process runs.
      get batchBytesMax() {
        return control.link.server.maxPayloadBytes - MESSAGE_OVERHEAD_BYTES;
      },
    };
  }

  async open(id: PartitionId, config: LogConfig, leaderEpoch?: number): Promise<PartitionLog> {
    this.#assertOpen();
    const name = streamName(id);
    if (this.#open.has(name)) throw new LogError("CLOSED", `the log ${name} is open already`);
    this.#open.set(name, undefined);
    try {
      const log = await this.#takeOver(id, config, leaderEpoch);
      this.#open.set(name, log);
      log.on("closed", () => this.#open.delete(name));
      return log;
    } catch (error) {
      this.#open.delete(name);
      throw error instanceof JetStreamError ? unavailable(error) : error;
    }
  }

  async delete(id: PartitionId): Promise<void> {
    this.#assertOpen();
    const name = streamName(id);
    const log = this.#open.get(name);
    try {
      // The log's own stream goes last: as long as it is there, the deletion can be found out to be unfinished.
      const cleaned = new JetStreamCleanedStreams(this.#api, id, 1);
      for (const generation of await cleaned.list()) await cleaned.remove(generation);
      await this.#api.deleteStream(name);
    } catch (error) {
      throw error instanceof JetStreamError ? unavailable(error) : error;
    }
    await log?.abandon();
  }

  async list(): Promise<readonly PartitionId[]> {
    this.#assertOpen();
    try {
      const partitions = [...(await listPartitions(this.#api)), ...(await listCleanedPartitions(this.#api))];
      return [...new Map(partitions.map((id) => [streamName(id), id])).values()];
    } catch (error) {
      throw error instanceof JetStreamError ? unavailable(error) : error;
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await Promise.all([...this.#open.values()].map((log) => log?.close()));
    await this.#control.close();
  }

  async #takeOver(
    id: PartitionId,
    config: LogConfig,
    leaderEpoch: number | undefined,
  ): Promise<JetStreamLog> {
    const { openTimeoutMs, mayLead } = this.#options;
    const info = await this.#streamOf(id, config);
    const stream = new PartitionStream(this.#api, id);
    const cleaned = new JetStreamCleanedStreams(this.#api, id, info.config.num_replicas);
    const content = await takeOver({
      stream,
      cleaned,
      firstSequence: Math.max(1, info.state.first_seq),
      mayLead: () => !this.#isClosed && mayLead(id),
      leaderEpoch,
      timeoutMs: openTimeoutMs,
      segmentBytes: config.segmentBytes,
    });
    return new JetStreamLog({ stream, cleaned, config, content, services: this.#services });
  }

  async #streamOf(id: PartitionId, { replicas = this.#options.replicas }: LogConfig): Promise<StreamInfo> {
    const info = await ensureStream(this.#api, id, replicas, this.#options.openTimeoutMs);
    assertNotEmptied(info);
    assertNotImporting(info);
    return info;
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new LogError("CLOSED", "the engine is closed");
  }
}

/** One message always stays, for it knows where the log ends: without it, offsets would be given out again. */
function assertNotEmptied({ config, state, did_create: isNew = false }: StreamInfo): void {
  if (isNew || state.messages > 0 || state.last_seq === 0) return;
  throw new LogError(
    "STORAGE_FAILED",
    `somebody has purged the stream ${config.name}, and with it the offset that comes next; delete the topic`,
  );
}

/** Brokers look for an import when they join; one that was quicker than an import must not write in the middle of it. */
function assertNotImporting(info: StreamInfo): void {
  const origin = unfinishedImport(info);
  if (origin !== undefined) throw new LogError("NOT_LEADER", `${origin.name} is being imported`);
}
