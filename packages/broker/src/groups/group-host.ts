import type { ClusterView } from "../cluster-view.ts";
import type { GroupCoordinator } from "./group-coordinator.ts";

/** What the group handlers need of the broker that composes them. `Broker` extends it. */
export interface GroupHost {
  readonly groups: GroupCoordinator;
  readonly cluster: ClusterView;
}
