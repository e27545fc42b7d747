import { resolve } from "node:path";
import { type ImportPhase, type ImportProgress, type ImportSummary, importData } from "@letterpress/server";
import { Command } from "commander";
import { CliError } from "../../cli-error.ts";
import { addClusterConnectionFlags, type ClusterFlags, resolveClusterConfig } from "../../cluster-flags.ts";
import { onInterruption } from "../../interruption.ts";
import type { Io } from "../../io.ts";
import { Output } from "../../output.ts";
import { Progress } from "../../progress.ts";
import { counted } from "../../table.ts";

interface ImportFlags extends ClusterFlags {
  readonly data: string;
  readonly config?: string;
  readonly restart?: boolean;
  readonly json?: boolean;
}

const DONE: Readonly<Record<ImportPhase, string>> = {
  checking: "MB checked",
  copying: "MB copied",
  verifying: "MB verified",
};
const MB = 1_000_000;

export function clusterImport(io: Io): Command {
  const command = new Command("import")
    .requiredOption("--data <dir>", "the data folder; what it holds stays as it is")
    .option("--replicas <number>", "how many NATS servers keep each partition: 1, 3 or 5 (default: 3)")
    .option("--restart", "begin anew: remove what an import that has not finished has copied");
  return addClusterConnectionFlags(command)
    .summary("move the data folder of a single server into a cluster")
    .description(
      "Copies the data folder of a server that is stopped into a cluster that holds nothing yet: topics, records at their " +
        "offsets, groups, schemas. Brokers join when it is done. Started again, it goes on where it was stopped.",
    )
    .option("--json", "print one JSON document")
    .action((flags: ImportFlags) => run(flags, io));
}

async function run(flags: ImportFlags, io: Io): Promise<void> {
  using interruption = onInterruption();
  using progress = new PhaseProgress(io);
  const cluster = resolveClusterConfig(flags, io);
  try {
    const summary = await importData({
      data: resolve(io.cwd(), flags.data),
      cluster,
      isRestart: flags.restart ?? false,
      signal: interruption,
      onProgress: (each) => progress.update(each),
      onAdvice: (advice) => io.stderr.write(`letterpress: ${advice}\n`),
    });
    progress.clear();
    new Output(io, flags).result(summary, describe);
  } catch (error) {
    if (!interruption.aborted) throw error;
    throw new CliError(
      "INTERRUPTED",
      "stopped before the import was done; the same command goes on with it",
      { cause: error },
    );
  }
}

function describe(summary: ImportSummary): string {
  const { topics, partitions, records, bytes, groups, schemas, copiedBytes, seconds } = summary;
  const earlier = copiedBytes < bytes ? ` (${megabytes(copiedBytes)} now, the rest before)` : "";
  return [
    `Imported ${counted(topics, "topic")}, ${counted(groups, "group")} and ${counted(schemas, "schema version")}:`,
    `  ${counted(records, "record")} in ${counted(partitions, "partition")}, those of the server itself included,`,
    `  ${megabytes(bytes)}${earlier} in ${seconds.toFixed(1)} s; every batch was read back and is the same.`,
    "Start the brokers with letterpress serve --cluster, and keep the folder until you trust them.",
  ].join("\n");
}

function megabytes(bytes: number): string {
  return `${(bytes / MB).toFixed(1)} MB`;
}

/** Tells how far each phase has come, one after the other. */
class PhaseProgress implements Disposable {
  readonly #io: Io;
  #phase: ImportPhase | undefined;
  #progress: Progress | undefined;

  constructor(io: Io) {
    this.#io = io;
  }

  update({ phase, bytes, bytesTotal }: ImportProgress): void {
    if (phase !== this.#phase) {
      this.clear();
      this.#phase = phase;
      this.#progress = new Progress(this.#io, DONE[phase]);
    }
    this.#progress?.update(Math.floor(bytes / MB), Math.floor(bytesTotal / MB));
  }

  clear(): void {
    this.#progress?.[Symbol.dispose]();
    this.#progress = undefined;
    this.#phase = undefined;
  }

  [Symbol.dispose](): void {
    this.clear();
  }
}
