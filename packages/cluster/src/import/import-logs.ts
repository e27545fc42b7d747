import { LogError, type StateEntry } from "@letterpress/log";
import { ClusterError } from "../cluster-error.ts";
import { resolveEngineOptions } from "../engine-options.ts";
import { JetStreamError } from "../jetstream/jetstream-error.ts";
import { MESSAGE_OVERHEAD_BYTES } from "../jetstream/partition-stream.ts";
import { InFlightBudget } from "../log/in-flight-budget.ts";
import { TailBudget } from "../log/tail-cache.ts";
import { unavailable } from "../log/take-over.ts";
import { leadershipEntry } from "../membership/leadership-state.ts";
import { checkAccount } from "../nats/check-account.ts";
import { checkServer } from "../nats/check-server.ts";
import { connectControl, type NatsControl } from "../nats/nats-control.ts";
import { assertPlaceable, assertStorable } from "./assert-room.ts";
import { assertFits, checkSource, type ImportSource, type SourceFacts } from "./check-source.ts";
import { type CopiedPartition, copyPartition } from "./copy-partition.ts";
import { forEachBounded } from "./for-each-bounded.ts";
import { ImportClaim } from "./import-claim.ts";
import type { ImportOptions, ImportPhase, ImportReport } from "./import-options.ts";
import { verifyCopy } from "./verify-copy.ts";
import { writeMetadata } from "./write-metadata.ts";

/** How many partitions are worked on at a time. */
const CONCURRENCY = 8;
const IN_FLIGHT_BYTES_MAX = 64 * 1024 * 1024;

/**
 * Copies logs into an empty cluster, every batch as it is and at its offsets, and compares the copy with them. Brokers are
 * kept out until all of it is there; an import that was stopped, even killed, goes on where it was.
 *
 * @throws ClusterError `CLUSTER_NOT_EMPTY`, `IMPORT_UNFINISHED`, `IMPORT_MISMATCH`, `NATS_LIMIT` when batches are too large
 *   for NATS, and what connecting throws; LogError what reading and storing throws; what the signal was aborted with.
 */
export async function importLogs(options: ImportOptions): Promise<ImportReport> {
  const resolved = resolveEngineOptions({ ...options.nats, ...options });
  const { replicas, onAdvice } = resolved;
  const control = await connectControl(options.nats);
  try {
    for (const advice of checkServer(control.link.server, replicas)) onAdvice(advice);
    for (const advice of await checkAccount(control, resolved)) onAdvice(advice);
    return await new Import(options, control, replicas).run();
  } catch (error) {
    if (error instanceof JetStreamError) throw unavailable(error);
    if (!(error instanceof LogError && error.code === "NOT_LEADER")) throw error;
    throw new ClusterError("IMPORT_UNFINISHED", "another attempt at this import has taken over", {
      cause: error,
    });
  } finally {
    await control.close();
  }
}

class Import {
  readonly #options: ImportOptions;
  readonly #control: NatsControl;
  readonly #replicas: number;
  readonly #signal: AbortSignal;
  readonly #budget = new InFlightBudget(IN_FLIGHT_BYTES_MAX);
  readonly #batchBytesMax: number;

  constructor(options: ImportOptions, control: NatsControl, replicas: number) {
    this.#options = options;
    this.#control = control;
    this.#replicas = replicas;
    this.#signal = options.signal ?? new AbortController().signal;
    this.#batchBytesMax = control.link.server.maxPayloadBytes - MESSAGE_OVERHEAD_BYTES;
  }

  async run(): Promise<ImportReport> {
    const { sources, metadataId, origin, metadata, isRestart = false } = this.#options;
    const claim = new ImportClaim({
      control: this.#control,
      metadataId,
      origin,
      replicas: this.#replicas,
      isRestart,
    });
    await claim.inspect();
    const facts = await this.#check();
    await claim.take();
    const { copies, copiedBytes } = await this.#copy(sum(facts, "bytes"));
    await this.#verify(copies, sum(facts, "bytes"));
    await writeMetadata({
      api: this.#control.api,
      id: metadataId,
      info: await claim.stream(),
      entries: [...metadata, ...leadersToCome(sources)],
      services: {
        tailBudget: new TailBudget(0),
        inFlightBudget: this.#budget,
        batchBytesMax: this.#batchBytesMax,
      },
    });
    await claim.release();
    return {
      partitions: sources.length,
      batches: sum(facts, "batches"),
      records: sum(facts, "records"),
      bytes: sum(facts, "bytes"),
      copiedBytes,
    };
  }

  async #check(): Promise<readonly SourceFacts[]> {
    const { sources } = this.#options;
    const sizeBytes = sources.reduce((total, { log }) => total + log.sizeBytes, 0);
    const advance = this.#progress("checking", sizeBytes);
    const facts: SourceFacts[] = [];
    const { api } = this.#control;
    await assertPlaceable(api, sources.length + 1, this.#replicas);
    await forEachBounded(sources, CONCURRENCY, this.#signal, async (source) => {
      facts.push(await checkSource(source, this.#batchBytesMax, advance));
    });
    assertFits(
      facts.flatMap(({ oversized }) => oversized),
      this.#batchBytesMax,
    );
    const needed = { bytes: sum(facts, "bytes"), batches: sum(facts, "batches"), replicas: this.#replicas };
    await assertStorable(api, needed);
    return facts;
  }

  async #copy(
    bytesTotal: number,
  ): Promise<{ readonly copies: readonly CopiedPartition[]; readonly copiedBytes: number }> {
    const { api } = this.#control;
    const advance = this.#progress("copying", bytesTotal);
    const copies: CopiedPartition[] = [];
    let copiedBytes = 0;
    const onStored = (bytes: number, isNew: boolean): void => {
      if (isNew) copiedBytes += bytes;
      advance(bytes);
    };
    await forEachBounded(this.#options.sources, CONCURRENCY, this.#signal, async (source, signal) => {
      const shared = { api, replicas: this.#replicas, budget: this.#budget };
      copies.push(await copyPartition({ ...shared, source, signal, onStored }));
    });
    return { copies, copiedBytes };
  }

  async #verify(copies: readonly CopiedPartition[], bytesTotal: number): Promise<void> {
    const advance = this.#progress("verifying", bytesTotal);
    await forEachBounded(copies, CONCURRENCY, this.#signal, (copy, signal) =>
      verifyCopy({ ...copy, source: copy.source.log, signal, onVerified: advance }),
    );
  }

  #progress(phase: ImportPhase, bytesTotal: number): (bytes: number) => void {
    const { onProgress = () => {} } = this.#options;
    let done = 0;
    onProgress({ phase, bytes: 0, bytesTotal });
    return (bytes) => {
      done += bytes;
      onProgress({ phase, bytes: done, bytesTotal });
    };
  }
}

/** Nobody leads the partitions yet; who will does so in an epoch behind those of the source. */
function leadersToCome(sources: readonly ImportSource[]): StateEntry[] {
  const epochs = new Map<string, number[]>();
  for (const { id, log } of sources) {
    const ofTopic = epochs.get(id.topicId) ?? [];
    ofTopic[id.partition] = log.leaderEpoch;
    epochs.set(id.topicId, ofTopic);
  }
  return [...epochs].map(([topicId, ofTopic]) =>
    leadershipEntry(
      topicId,
      ofTopic.map((leaderEpoch) => ({ leaderId: -1, session: "", leaderEpoch })),
    ),
  );
}

function sum(facts: readonly SourceFacts[], field: "records" | "batches" | "bytes"): number {
  return facts.reduce((total, each) => total + each[field], 0);
}
