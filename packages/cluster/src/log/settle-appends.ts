import { LogError } from "@letterpress/log";
import type { JetStreamError } from "../jetstream/jetstream-error.ts";
import type { PartitionStream } from "../jetstream/partition-stream.ts";
import type { PendingAppend } from "./append-pipeline.ts";
import { placeBarrier } from "./barrier.ts";
import { Lineage } from "./lineage.ts";
import type { LogContent } from "./log-content.ts";
import type { MessageHeader } from "./message-header.ts";

export interface SettleOptions {
  readonly stream: PartitionStream;
  readonly content: LogContent;
  /** What was sent and not acknowledged, oldest first. */
  readonly unacknowledged: readonly PendingAppend[];
  /** A message without records, to be written at `endOffset`. Throws when the log is closed. */
  header(endOffset: number): MessageHeader;
  /** Told of every attempt that failed for want of servers. Throws to give up. */
  failed(error: JetStreamError): void;
}

/**
 * Finds out which appends are stored although they were not acknowledged: those that count in the stream before a
 * barrier of our own. What is not there then never will be, or not so that it counts.
 *
 * @returns the sequences of the first appends, which are stored, and the one to go on behind.
 * @throws LogError `NOT_LEADER` when a newer term has begun; what `placeBarrier` throws.
 */
export async function settleAppends({
  stream,
  content,
  unacknowledged,
  header,
  failed,
}: SettleOptions): Promise<{ readonly stored: readonly number[]; readonly sequence: number }> {
  const lineage = new Lineage(content.place);
  const { term } = content.place;
  const stored: number[] = [];
  const { sequence } = await placeBarrier({
    stream,
    seenSequence: content.sequence,
    failed,
    visitor: {
      get place() {
        return lineage.place;
      },
      visit({ header: found, sequence: at }) {
        if (found === undefined || !lineage.accept(found)) return false;
        if (lineage.place.term !== term) return true;
        // Barriers of earlier attempts are found as well; they are nobody's append.
        const index = indexOf(found, unacknowledged, stored.length);
        while (stored.length <= index) stored.push(at);
        return true;
      },
    },
    removed() {
      // This leader removes nothing that it has not seen.
      throw new LogError("NOT_LEADER", `${stream.name} is led by another broker, which has removed messages`);
    },
    header() {
      if (lineage.place.term !== term) {
        throw new LogError(
          "NOT_LEADER",
          `${stream.name} is led in epoch ${lineage.place.leaderEpoch} by another broker`,
        );
      }
      return header(lineage.place.endOffset);
    },
  });
  return { stored, sequence };
}

/**
 * Which append from `first` on a stored message is; -1 for none. When somebody else's message took the place of one
 * without records, the chain went on behind it: what that one said, every message behind it says, too.
 */
function indexOf(
  { kind, baseOffset }: MessageHeader,
  appends: readonly PendingAppend[],
  first: number,
): number {
  for (let index = first; index < appends.length; index++) {
    const { header } = appends[index]!;
    if (header.kind === kind && header.baseOffset === baseOffset) return index;
    if (header.kind === "data") return -1;
  }
  return -1;
}
