import { join } from "node:path";
import type { Disk } from "../disk/disk.ts";
import { readWhole, replaceFile } from "../disk/whole-file.ts";
import { EPOCHS_NAME } from "./file-names.ts";

export interface EpochStart {
  readonly epoch: number;
  readonly startOffset: number;
}

const ENTRIES_MAX = 1_000_000;

/** Which leader epoch began at which offset (KIP-101), kept in Kafka's `leader-epoch-checkpoint` format. */
export class EpochCache {
  readonly #entries: EpochStart[] = [];

  get latest(): EpochStart | undefined {
    return this.#entries.at(-1);
  }

  /** Notes that `epoch` begins at `startOffset`; an epoch that is known already or older is ignored. */
  assign(epoch: number, startOffset: number): boolean {
    if (epoch < 0 || (this.latest !== undefined && epoch <= this.latest.epoch)) return false;
    // An epoch in which nothing was written gives way to the one that starts at the same offset.
    while (this.latest !== undefined && this.latest.startOffset >= startOffset) this.#entries.pop();
    this.#entries.push({ epoch, startOffset });
    return true;
  }

  /** The epoch of the batch at `offset`; undefined before the first known one. */
  epochAt(offset: number): number | undefined {
    return this.#entries.findLast((entry) => entry.startOffset <= offset)?.epoch;
  }

  /** The largest epoch at or below `epoch`, and where it ends; -1 and -1 when nothing is known. */
  endOffsetFor(epoch: number, logEndOffset: number): EpochStart & { readonly endOffset: number } {
    const index = this.#entries.findLastIndex((entry) => entry.epoch <= epoch);
    const following = this.#entries[index + 1];
    if (index >= 0) return { ...this.#entries[index]!, endOffset: following?.startOffset ?? logEndOffset };
    // The requested epoch is older than the log: it ended where the log's first one starts.
    if (following !== undefined && epoch >= 0) {
      return { epoch, startOffset: following.startOffset, endOffset: following.startOffset };
    }
    return { epoch: -1, startOffset: -1, endOffset: -1 };
  }

  truncateTo(endOffset: number): void {
    while (this.latest !== undefined && this.latest.startOffset > endOffset) this.#entries.pop();
  }

  async save(disk: Disk, folder: string): Promise<void> {
    const lines = this.#entries.map(({ epoch, startOffset }) => `${epoch} ${startOffset}\n`);
    const text = `0\n${lines.length}\n${lines.join("")}`;
    await replaceFile(disk, join(folder, EPOCHS_NAME), Buffer.from(text, "latin1"));
  }

  /** Reads the file; undefined when it is missing or unreadable, for it can be rebuilt from the batches. */
  static async load(disk: Disk, folder: string): Promise<EpochCache | undefined> {
    const text = (await readWhole(disk, join(folder, EPOCHS_NAME)))?.toString("latin1");
    const [version, count, ...lines] = text?.split("\n") ?? [];
    if (version !== "0" || lines.length !== Number(count) + 1 || lines.length > ENTRIES_MAX) return undefined;
    const cache = new EpochCache();
    for (const line of lines.slice(0, -1)) {
      const fields = /^(\d+) (\d+)$/.exec(line);
      if (fields === null || !cache.assign(Number(fields[1]), Number(fields[2]))) return undefined;
    }
    return cache;
  }
}
