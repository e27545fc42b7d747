import type { BrokerMetrics } from "@letterpress/broker";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** Seconds; from a page-cache append to a long poll. */
const DURATION_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

/** The server's metrics, in Prometheus' terms. */
export interface ServerMetrics extends BrokerMetrics {
  /** The text that `/metrics` answers, and its content type. */
  expose(): Promise<{ readonly contentType: string; readonly text: string }>;
}

/** Makes the metrics of one server; several servers in one process do not share any. */
export function createMetrics(): ServerMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: "letterpress_request_duration_seconds",
    help: "How long requests took to answer, by API and Kafka error code.",
    labelNames: ["api", "error"],
    buckets: DURATION_BUCKETS,
    registers,
  });
  const recordsIn = new Counter({
    name: "letterpress_records_in_total",
    help: "Records appended, by topic.",
    labelNames: ["topic"],
    registers,
  });
  const bytesIn = new Counter({
    name: "letterpress_bytes_in_total",
    help: "Bytes of record batches appended, by topic.",
    labelNames: ["topic"],
    registers,
  });
  const bytesOut = new Counter({
    name: "letterpress_bytes_out_total",
    help: "Bytes of record batches read for consumers, by topic.",
    labelNames: ["topic"],
    registers,
  });
  const rejected = new Counter({
    name: "letterpress_records_rejected_total",
    help: "Records that failed validation at append, by topic and reason.",
    labelNames: ["topic", "reason"],
    registers,
  });
  const connections = new Gauge({
    name: "letterpress_connections",
    help: "Open connections of Kafka clients.",
    registers,
  });
  const closed = new Counter({
    name: "letterpress_connections_closed_total",
    help: "Connections that the broker refused or closed, by reason.",
    labelNames: ["reason"],
    registers,
  });

  return {
    request: (api, _version, error, durationMs) =>
      requests.observe({ api, error: String(error) }, durationMs / 1000),
    recordsIn(topic, records, bytes) {
      recordsIn.inc({ topic }, records);
      bytesIn.inc({ topic }, bytes);
    },
    recordsOut: (topic, bytes) => bytesOut.inc({ topic }, bytes),
    recordRejected: (topic, reason) => rejected.inc({ topic, reason }),
    connections: (change) => connections.inc(change),
    connectionClosed: (reason) => closed.inc({ reason }),
    expose: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}
