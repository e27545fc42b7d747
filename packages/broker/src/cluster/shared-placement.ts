import { BrokerError } from "../broker-error.ts";
import type { Placement } from "../topics/placement.ts";
import type { ClusterMembership } from "./cluster-join.ts";

/** Where the cluster's storage keeps the copies: it says how many there can be, whatever the number of brokers. */
export class SharedPlacement implements Placement {
  readonly replicationDefault: number;
  readonly #member: ClusterMembership;

  constructor(member: ClusterMembership) {
    this.replicationDefault = member.replicas;
    this.#member = member;
  }

  async check(partitions: number, replicationFactor: number): Promise<void> {
    const fault = await this.#member.placementFault(partitions, replicationFactor);
    if (fault === undefined) return;
    const code = fault.kind === "replicas" ? "INVALID_REPLICATION_FACTOR" : "POLICY_VIOLATION";
    throw new BrokerError(code, fault.message);
  }
}
