import type { ClusterStatus } from "./cluster-status.ts";

/** How many partitions or servers a problem names. */
const NAMED_MAX = 5;

/** What is wrong with a cluster, in sentences that say what to do. */
export function findProblems({
  brokers,
  controllerId,
  partitions,
}: Pick<ClusterStatus, "brokers" | "controllerId" | "partitions">): string[] {
  const problems: string[] = [];
  if (brokers.length === 0) problems.push("no broker is alive; start one with letterpress serve --cluster");
  else if (!brokers.some(({ nodeId }) => nodeId === controllerId)) {
    problems.push("there is no controller; one is elected within the time of a session");
  }
  const names = (which: typeof partitions): string => {
    const named = which.slice(0, NAMED_MAX).map(({ topic, partition }) => `${topic}-${partition}`);
    return named.join(", ") + (which.length > NAMED_MAX ? " and others" : "");
  };
  const leaderless = partitions.filter(({ leaderId }) => leaderId < 0);
  if (leaderless.length > 0 && brokers.length > 0) {
    problems.push(
      `${counted(leaderless.length, "partition has", "partitions have")} no live leader: ${names(leaderless)}; ` +
        "the controller gives them one when the session of the lost broker has ended",
    );
  }
  const unkept = partitions.filter(({ replicas }) => replicas === 0);
  if (unkept.length > 0) {
    problems.push(
      `${counted(unkept.length, "partition has", "partitions have")} no stream yet: ${names(unkept)}; ` +
        "the log of the broker that leads them says why",
    );
  }
  const stopped = partitions.filter(({ replicas, replicasInSync }) => replicas > 0 && replicasInSync === 0);
  if (stopped.length > 0) {
    problems.push(
      `the streams of ${counted(stopped.length, "partition", "partitions")} have no leader: ${names(stopped)}; ` +
        "nothing can be stored before most of their NATS servers run",
    );
  }
  for (const [server, count] of missingServers(partitions)) {
    problems.push(
      `NATS server ${server} is not in sync for ${counted(count, "partition", "partitions")}; ` +
        "check that it runs, and wait for it to catch up",
    );
  }
  return problems;
}

/** The servers that lack something, and of how many partitions; those that lack most first. */
function missingServers(partitions: ClusterStatus["partitions"]): (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const { replicasMissing } of partitions) {
    for (const server of replicasMissing) counts.set(server, (counts.get(server) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a).slice(0, NAMED_MAX);
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
