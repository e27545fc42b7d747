/** What a cell of the client comparison is told. */
export interface ClientTarget {
  /** `host:port` */
  readonly kafka: string;
  /** The registry's URL; only the typed client asks it. */
  readonly http: string;
  readonly topic: string;
  /** The size of every record's value, framing included where there is any. */
  readonly valueBytes: number;
}

/** What every client under measurement does. Keys are sequence numbers in ten digits, so that records can be counted. */
export interface BenchClient {
  send(sequence: number): Promise<unknown>;
  /** Sends records `first` to `first + count - 1` by one call of the client. */
  sendBatch(first: number, count: number): Promise<unknown>;
  /** Consumes in a group of its own, from the start, until `onRecord` returns false. */
  consume(onRecord: (sequence: number, valueBytes: number) => boolean): Promise<void>;
}

export const KEY_DIGITS = 10;

export function keyOf(sequence: number): string {
  return String(sequence).padStart(KEY_DIGITS, "0");
}

/** Names of groups are not used twice: each reads from the start. */
export function groupName(): string {
  return `bench-${process.pid}-${Date.now()}`;
}

/** `[first, first + 1, ...]`, each made into a record. */
export function recordsFrom<Record>(
  first: number,
  count: number,
  make: (sequence: number) => Record,
): Record[] {
  return Array.from({ length: count }, (_, index) => make(first + index));
}
