import type { CleanedStreams } from "../jetstream/cleaned-streams.ts";
import type { PartitionStream } from "../jetstream/partition-stream.ts";
import type { Generation } from "../log/generation.ts";

/** Bugs that compaction could have, put between logs and the streams of their compacted fronts. */
export const PLANTED_CLEANING_BUGS: Readonly<Record<string, (cleaned: CleanedStreams) => CleanedStreams>> = {
  "generations are counted anew in every term": (cleaned) => {
    const withoutTerm = ({ number }: Generation) => ({ term: 0, number });
    return {
      at: (generation) => cleaned.at(withoutTerm(generation)),
      create: (generation) => cleaned.create(withoutTerm(generation)),
      remove: (generation) => cleaned.remove(withoutTerm(generation)),
      list: () => cleaned.list(),
    };
  },
  "a compacted front is adopted before it is stored": (cleaned) => ({
    ...cleaned,
    create: async (generation) => acknowledgingAtOnce(await cleaned.create(generation)),
  }),
};

function acknowledgingAtOnce(stream: PartitionStream): PartitionStream {
  const append: PartitionStream["append"] = (header, bytes, lastSequence, timeoutMs, onReply) => {
    stream.append(header, bytes, lastSequence, timeoutMs, () => {});
    onReply({ kind: "stored", sequence: lastSequence + 1 });
  };
  return { ...stream, append } as PartitionStream;
}
