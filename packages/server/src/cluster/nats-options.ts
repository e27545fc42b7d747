import type { NatsOptions } from "@letterpress/cluster";
import type { ClusterConfig } from "../config/cluster-config.ts";

/** The part of a cluster's configuration that says how to reach NATS. */
export function natsOptions({ replicas: _, sessionMs: __, ...nats }: ClusterConfig): NatsOptions {
  return withoutUndefined({ ...nats, ...(nats.tls && { tls: withoutUndefined(nats.tls) }) }) as NatsOptions;
}

function withoutUndefined(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined));
}
