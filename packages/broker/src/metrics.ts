/** What the broker counts. The server ties these hooks to its metrics; all are called on hot paths. */
export interface BrokerMetrics {
  /** One request was answered; `errorCode` is the one for the request as a whole, 0 where it has none. */
  request(api: string, version: number, errorCode: number, durationMs: number): void;
  /** One batch was appended. */
  recordsIn(topic: string, records: number, bytes: number): void;
  /** Record batches were read for a consumer. */
  recordsOut(topic: string, bytes: number): void;
  /** One record was found at fault; `reason` is a short, stable name. */
  recordRejected(topic: string, reason: string): void;
  /** A connection was opened (1) or ended (-1). */
  connections(change: 1 | -1): void;
  /** A connection was refused or closed by the broker; `reason` is a short, stable name. */
  connectionClosed(reason: string): void;
}

const ignore = (): void => {};

/** Counts nothing; the default. */
export const NO_METRICS: BrokerMetrics = {
  request: ignore,
  recordsIn: ignore,
  recordsOut: ignore,
  recordRejected: ignore,
  connections: ignore,
  connectionClosed: ignore,
};
