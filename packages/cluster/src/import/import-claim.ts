import type { PartitionId } from "@letterpress/log";
import { ClusterError } from "../cluster-error.ts";
import type { JetStreamApi, StreamInfo } from "../jetstream/jetstream-api.ts";
import { JetStreamError } from "../jetstream/jetstream-error.ts";
import { streamName } from "../jetstream/partition-stream.ts";
import { listPartitions, streamConfig } from "../jetstream/partition-streams.ts";
import { retryWhileElecting } from "../jetstream/retry.ts";
import { LEASE_TIMES } from "../membership/lease-store.ts";
import { NatsLeaseStore } from "../membership/nats-lease-store.ts";
import { SessionTable } from "../membership/session-table.ts";
import type { NatsControl } from "../nats/nats-control.ts";
import {
  assertImported,
  finishedImport,
  finishedMarker,
  type ImportOrigin,
  unfinishedImport,
  unfinishedMarker,
} from "./import-marker.ts";

const TIMEOUT_MS = 30_000;
const STREAM_NAME_IN_USE = 10058;

export interface ImportClaimOptions {
  readonly control: NatsControl;
  readonly metadataId: PartitionId;
  readonly origin: ImportOrigin;
  readonly replicas: number;
  /** Whether to begin anew where an import has not finished, whatever it was of. */
  readonly isRestart: boolean;
}

/** The right of one import to fill a cluster, which nobody else may use before it has finished. */
export class ImportClaim {
  readonly #options: ImportClaimOptions;
  readonly #api: JetStreamApi;
  #isNew = false;

  constructor(options: ImportClaimOptions) {
    this.#options = options;
    this.#api = options.control.api;
  }

  /**
   * Looks whether the import may go on: into a cluster that holds nothing, or nothing but an earlier part of it.
   *
   * @throws ClusterError `CLUSTER_NOT_EMPTY`, `IMPORT_UNFINISHED` when that was another import; `INVALID_OPTIONS` when it was
   *   begun with other replicas; JetStreamError
   */
  async inspect(): Promise<void> {
    const { origin, replicas, isRestart } = this.#options;
    const info = await this.#info();
    if (info === undefined) return this.#assertNoStreams();
    const found = unfinishedImport(info);
    if (found === undefined) {
      if (finishedImport(info) !== origin.id) throw notEmpty("it has topics of its own already");
      throw new ClusterError(
        "CLUSTER_NOT_EMPTY",
        `${origin.name} was imported into this cluster already; start its brokers`,
      );
    }
    if (isRestart) return;
    if (found.id !== origin.id) assertImported(info);
    if (info.config.num_replicas === replicas) return;
    throw new ClusterError(
      "INVALID_OPTIONS",
      `this import was begun with ${info.config.num_replicas} replicas, not with ${replicas}; ask for as many, or restart it`,
    );
  }

  /**
   * Takes the cluster, after removing what is to be begun anew. From now on no broker joins it.
   *
   * @throws what `inspect` throws; ClusterError `CLUSTER_NOT_EMPTY` when brokers are there.
   */
  async take(): Promise<void> {
    const { metadataId, origin, replicas, isRestart } = this.#options;
    if (isRestart) {
      // Another attempt may have finished since, and what is finished is never removed.
      await this.inspect();
      await this.#assertNoBrokers();
      await this.#discard();
    }
    const config = streamConfig(metadataId, replicas, unfinishedMarker(origin));
    try {
      const info = await this.#retry(() => this.#api.createStream(config));
      this.#isNew = info.did_create === true;
    } catch (error) {
      if (!(error instanceof JetStreamError && error.errorNumber === STREAM_NAME_IN_USE)) throw error;
      await this.inspect();
    }
    await this.#assertNoBrokers();
  }

  /**
   * The stream of the metadata, as long as it is this import's.
   *
   * @throws ClusterError `IMPORT_MISMATCH` when another import has taken the cluster meanwhile; JetStreamError
   */
  async stream(): Promise<StreamInfo> {
    const info = await this.#info();
    if (info !== undefined && unfinishedImport(info)?.id === this.#options.origin.id) return info;
    throw new ClusterError("IMPORT_MISMATCH", "another import has taken this cluster meanwhile");
  }

  /** Opens the cluster to brokers: all that was to be imported is there. */
  async release(): Promise<void> {
    const { metadataId, replicas, origin } = this.#options;
    await this.#retry(() =>
      this.#api.updateStream(streamConfig(metadataId, replicas, finishedMarker(origin))),
    );
  }

  /** The claim goes last, so that no part is ever without it. */
  async #discard(): Promise<void> {
    const { metadataId } = this.#options;
    for (const id of await this.#retry(() => listPartitions(this.#api))) {
      if (id.topicId !== metadataId.topicId) await this.#retry(() => this.#api.deleteStream(streamName(id)));
    }
    await this.#retry(() => this.#api.deleteStream(streamName(metadataId)));
  }

  #info(): Promise<StreamInfo | undefined> {
    return this.#retry(() => this.#api.streamInfo(streamName(this.#options.metadataId)));
  }

  async #assertNoStreams(): Promise<void> {
    const [found] = await this.#retry(() => listPartitions(this.#api));
    if (found === undefined) return;
    throw notEmpty(
      `it holds partitions that belong to no cluster, such as ${streamName(found)}; remove such streams with nats stream rm`,
    );
  }

  /** A broker takes its session before it looks for a claim, so one of the two is always seen. */
  async #assertNoBrokers(): Promise<void> {
    const { control, metadataId } = this.#options;
    const brokers = await this.#retry(async () => {
      const store = await NatsLeaseStore.find(control.api, control.link);
      const table = new SessionTable(LEASE_TIMES.ttlMs);
      table.observe((await store?.entries()) ?? [], 0);
      return table.sessions();
    });
    const [broker] = brokers;
    if (broker === undefined) return;
    if (this.#isNew) await this.#retry(() => this.#api.deleteStream(streamName(metadataId)));
    throw notEmpty(`broker ${broker.nodeId} runs at ${broker.host}:${broker.port}; stop it first`);
  }

  #retry<T>(run: () => Promise<T>): Promise<T> {
    return retryWhileElecting(TIMEOUT_MS, run);
  }
}

function notEmpty(reason: string): ClusterError {
  return new ClusterError(
    "CLUSTER_NOT_EMPTY",
    `an import needs a cluster without data, and this is none: ${reason}`,
  );
}
