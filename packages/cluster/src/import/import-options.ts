import type { PartitionId, StateEntry } from "@letterpress/log";
import type { Replicas } from "../engine-options.ts";
import type { NatsOptions } from "../nats/nats-options.ts";
import type { ImportSource } from "./check-source.ts";
import type { ImportOrigin } from "./import-marker.ts";

export interface ImportOptions {
  readonly nats: NatsOptions;
  /** How many servers are to keep each partition. Default 3. */
  readonly replicas?: Replicas;
  /** What is imported; an attempt goes on where an earlier one of the same id was stopped. */
  readonly origin: ImportOrigin;
  /** The logs of all partitions but the metadata's. Nobody writes to them until the import has ended. */
  readonly sources: readonly ImportSource[];
  readonly metadataId: PartitionId;
  /** What the cluster's metadata is to say; written last. */
  readonly metadata: readonly StateEntry[];
  /** Begin anew and remove what earlier attempts have copied. Default false. */
  readonly isRestart?: boolean;
  /** Stops the import; it can be gone on with. */
  readonly signal?: AbortSignal;
  /** Told how far the import has come. */
  readonly onProgress?: (progress: ImportProgress) => void;
  /** Told what about the NATS servers should be changed though the import works. */
  readonly onAdvice?: (advice: string) => void;
}

/** The source is read and checked, then copied, then what was copied is read back and compared. */
export type ImportPhase = "checking" | "copying" | "verifying";

export interface ImportProgress {
  readonly phase: ImportPhase;
  readonly bytes: number;
  readonly bytesTotal: number;
}

/** What was imported, all of it verified. */
export interface ImportReport {
  readonly partitions: number;
  readonly batches: number;
  readonly records: number;
  readonly bytes: number;
  /** Fewer than `bytes` when earlier attempts had copied the rest. */
  readonly copiedBytes: number;
}
