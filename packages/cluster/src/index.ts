export { ClusterError, type ClusterErrorCode } from "./cluster-error.ts";
export type { JetStreamEngineOptions, Replicas } from "./engine-options.ts";
export { openJetStreamEngine } from "./jetstream-engine.ts";
export type { NatsOptions } from "./nats/nats-options.ts";
