import type { PartitionLog } from "@letterpress/log";
import { type KeyedRecord, keyedRecordsOf, stateOf } from "@letterpress/log/testing";
import { LogContent } from "../log/log-content.ts";
import type { SimulatedStream } from "./simulated-stream.ts";

/** Holds what is read from a compacted log against every record that its stream ever had. */
export class CompactedLogChecker {
  readonly #stream: SimulatedStream;
  readonly #acknowledged: KeyedRecord[] = [];

  constructor(stream: SimulatedStream) {
    this.#stream = stream;
  }

  acknowledged(records: readonly KeyedRecord[]): void {
    this.#acknowledged.push(...records);
  }

  /**
   * What was read has the last value of every key, each record where it always was.
   *
   * @throws Error when it is not so.
   */
  check(read: readonly KeyedRecord[], { startOffset }: Pick<PartitionLog, "startOffset">): void {
    const reference = this.#reference();
    for (const { offset, key, value } of [...read, ...this.#acknowledged]) {
      const known = reference[offset];
      if (known?.key === key && known.value === value) continue;
      throw new Error(`offset ${offset} holds ${key}=${value}, it was ${known?.key}=${known?.value}`);
    }
    const end = (read.at(-1)?.offset ?? -1) + 1;
    const expected = JSON.stringify(stateOf(reference.slice(Number(startOffset), end)));
    const found = JSON.stringify(stateOf(read));
    if (found !== expected) throw new Error(`read ${found} up to offset ${end}, it was ${expected}`);
  }

  /** Every record that the log ever had, by offset. */
  #reference(): KeyedRecord[] {
    const content = new LogContent();
    return this.#stream.messages.flatMap((message) => {
      const isBatch = content.visit(message) && message.header?.kind === "data";
      return isBatch ? keyedRecordsOf(message.data) : [];
    });
  }
}
