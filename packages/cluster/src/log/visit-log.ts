import { LogError } from "@letterpress/log";
import type { PartitionStream } from "../jetstream/partition-stream.ts";
import type { StoredMessage } from "../jetstream/stored-message.ts";
import { IN_FLIGHT_MAX } from "./append-pipeline.ts";
import type { LogPlace } from "./lineage.ts";

/** What is read again with its payload at one time, at least one message. */
const AGAIN_BYTES = 1024 * 1024;
/** More than what several attempts of a leader can have had on its way when a link of its chain was lost. */
const MISSED_MAX = 8 * IN_FLIGHT_MAX;

/** Takes the messages of a stream in their order and knows where the log ends by them. */
export interface LogVisitor {
  readonly place: LogPlace;
  /** Takes a message; false when it does not count, which changes nothing. */
  visit(message: StoredMessage): boolean;
  /** Told of each message that does not count for good. */
  passOver?(sequence: number): void;
}

/**
 * Shows the messages from `from` to `to` to a visitor, in order, and yields now and then up to which one that is done.
 *
 * Were one message misread, nothing behind it would continue the log, and all of it would be passed over. So what does not
 * count is read a second time, by another way, before that; and what then still does not count, though it is of the log's
 * own term or a newer one, can be no more than what was on its way when a link of the chain was lost.
 *
 * @throws LogError `NOT_ENOUGH_REPLICAS` when more than that does not count: what the servers show is not the log.
 * @throws JetStreamError when the stream cannot be read now.
 */
export async function* visitLog(
  { name, reader }: Pick<PartitionStream, "name" | "reader">,
  from: number,
  to: number,
  visitor: LogVisitor,
): AsyncGenerator<number> {
  let again: readonly StoredMessage[] = [];
  let missed = 0;
  for await (const messages of reader.scan(from, to)) {
    for (const message of messages) {
      if (visitor.visit(message)) {
        missed = 0;
        continue;
      }
      const { sequence } = message;
      if ((again.at(-1)?.sequence ?? 0) < sequence) {
        // Should this fail, what has been shown is not to be shown again.
        yield sequence - 1;
        again = await reader.read(sequence, IN_FLIGHT_MAX, AGAIN_BYTES);
      }
      const second = again[sequence - again[0]!.sequence]!;
      if (visitor.visit(second)) {
        missed = 0;
        continue;
      }
      if (second.header !== undefined && second.header.term >= visitor.place.term) missed++;
      if (missed > MISSED_MAX) throw discontinued(name, sequence, visitor.place);
      visitor.passOver?.(sequence);
    }
    yield messages.at(-1)!.sequence;
  }
}

/** Shows all of them without a pause. Throws what `visitLog` throws. */
export async function visitAll(
  stream: Pick<PartitionStream, "name" | "reader">,
  from: number,
  to: number,
  visitor: LogVisitor,
): Promise<void> {
  for await (const _ of visitLog(stream, from, to, visitor));
}

function discontinued(name: string, sequence: number, { term, endOffset }: LogPlace): LogError {
  return new LogError(
    "NOT_ENOUGH_REPLICAS",
    `what the servers show of the stream ${name} up to message ${sequence} does not continue the log at offset ${endOffset} of ` +
      `term ${term}; it is read anew. When this stays, compare the stream's replicas`,
  );
}
