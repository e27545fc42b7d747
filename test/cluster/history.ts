/** A record as somebody saw it: which value lies at which offset. */
export interface Seen {
  readonly partition: number;
  readonly offset: number;
  readonly value: string;
}

/** What may be wrong with a history, in the words of Jepsen's Kafka workload. */
export type Anomaly =
  | "lost write"
  | "duplicate"
  | "reordered"
  | "inconsistent offset"
  | "unseen"
  | "skipped poll"
  | "non-monotonic poll"
  | "never sent";

export interface Finding {
  readonly anomaly: Anomaly;
  readonly what: string;
}

interface Poll {
  readonly consumer: string;
  readonly records: readonly Seen[];
}

/**
 * Everything that producers and consumers did and were told. Values are unique, and each producer sends its own in order
 * to one partition: `<producer>/<number>`.
 */
export class History {
  readonly #sent = new Map<string, number>();
  readonly #acknowledged: Seen[] = [];
  readonly #polls: Poll[] = [];

  get acknowledgedCount(): number {
    return this.#acknowledged.length;
  }

  /** A producer is about to send the value; it may or may not be stored. */
  sent(partition: number, value: string): void {
    this.#sent.set(value, partition);
  }

  acknowledged(seen: Seen): void {
    this.#acknowledged.push(seen);
  }

  /** A consumer got the records, in order, after those it had got before. */
  polled(consumer: string, records: readonly Seen[]): void {
    this.#polls.push({ consumer, records });
  }

  /** Compares the history with what is in the partitions in the end. Empty when all is well. */
  check(final: readonly Seen[]): Finding[] {
    const log = new Map(final.map((seen) => [place(seen), seen.value]));
    return [
      ...this.#checkFinal(final),
      ...this.#acknowledged.flatMap((seen) => compare(log, seen, "lost write")),
      ...this.#polls.flatMap(({ records }) => records.flatMap((seen) => compare(log, seen, "unseen"))),
      ...this.#checkPolls(final),
    ];
  }

  /** Each value once, only what was sent, and every producer's values in the order in which it sent them. */
  #checkFinal(final: readonly Seen[]): Finding[] {
    const findings: Finding[] = [];
    const places = new Map<string, Seen>();
    const latest = new Map<string, number>();
    for (const seen of [...final].sort((a, b) => a.partition - b.partition || a.offset - b.offset)) {
      const { value, partition } = seen;
      const first = places.get(value);
      if (first !== undefined)
        findings.push({ anomaly: "duplicate", what: `${describe(first)} and ${describe(seen)}` });
      else if (this.#sent.get(value) !== partition)
        findings.push({ anomaly: "never sent", what: describe(seen) });
      places.set(value, seen);
      const [producer, number] = value.split("/") as [string, string];
      if (first === undefined && Number(number) < (latest.get(producer) ?? -1)) {
        findings.push({ anomaly: "reordered", what: `${describe(seen)} behind ${latest.get(producer)}` });
      }
      latest.set(producer, Math.max(latest.get(producer) ?? -1, Number(number)));
    }
    return findings;
  }

  /** Every consumer sees each partition in order and without a hole. */
  #checkPolls(final: readonly Seen[]): Finding[] {
    const findings: Finding[] = [];
    const stored = new Set(final.map(place));
    const next = new Map<string, number>();
    for (const { consumer, records } of this.#polls) {
      for (const seen of records) {
        const key = `${consumer} ${seen.partition}`;
        const expected = next.get(key) ?? seen.offset;
        if (seen.offset < expected) {
          findings.push({
            anomaly: "non-monotonic poll",
            what: `${consumer}: ${describe(seen)} after ${expected - 1}`,
          });
        }
        for (let offset = expected; offset < seen.offset; offset++) {
          if (stored.has(place({ ...seen, offset }))) {
            findings.push({ anomaly: "skipped poll", what: `${consumer}: ${seen.partition}@${offset}` });
          }
        }
        next.set(key, seen.offset + 1);
      }
    }
    return findings;
  }
}

function compare(log: ReadonlyMap<string, string>, seen: Seen, missing: Anomaly): Finding[] {
  const value = log.get(place(seen));
  if (value === seen.value) return [];
  if (value === undefined) return [{ anomaly: missing, what: describe(seen) }];
  return [{ anomaly: "inconsistent offset", what: `${describe(seen)}, in the end ${value}` }];
}

function place({ partition, offset }: Pick<Seen, "partition" | "offset">): string {
  return `${partition}@${offset}`;
}

function describe(seen: Seen): string {
  return `${seen.value} at ${place(seen)}`;
}
