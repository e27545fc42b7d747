import type { ClusterEntrant, ClusterMembership } from "@letterpress/broker";
import { ClusterMember, openJetStreamEngine } from "@letterpress/cluster";
import type { LogEngine } from "@letterpress/log";
import type { Logger } from "pino";
import type { ClusterConfig } from "../config/cluster-config.ts";
import { explained } from "./explained.ts";
import { natsOptions } from "./nats-options.ts";

/** Renewals within the time of a session, and how much of it the broker itself gives away; as 3 s are to 15 s. */
const RENEWALS = 5;

/** Logs on NATS JetStream, and the way into the cluster of brokers that share them. */
export interface ClusteredStorage {
  readonly engine: LogEngine;
  join(entrant: ClusterEntrant): Promise<ClusterMembership>;
  /** Undefined before this broker has joined. */
  readonly member: ClusterMember | undefined;
}

/** @throws ServerError `CLUSTER_UNAVAILABLE`, `INVALID_CONFIG` */
export async function openClusteredStorage(config: ClusterConfig, logger: Logger): Promise<ClusteredStorage> {
  const { replicas, sessionMs } = config;
  const nats = natsOptions(config);
  let member: ClusterMember | undefined;
  const engine = await explained(
    openJetStreamEngine({
      ...nats,
      replicas,
      mayLead: (id) => member?.mayLead(id) === true,
      onAdvice: (advice) => logger.warn(advice),
    }),
  );
  const stepMs = Math.floor(sessionMs / RENEWALS);
  return {
    engine,
    async join({ endpoint, ...entrant }) {
      const joining = ClusterMember.join({
        ...entrant,
        nats,
        replicas,
        engine,
        announcement: { ...endpoint, http: null },
        times: { ttlMs: sessionMs, renewMs: stepMs, marginMs: stepMs },
      });
      member = await explained(joining);
      return member;
    },
    get member() {
      return member;
    },
  };
}
