import type { Admin } from "../admin/admin.ts";
import { LetterpressError } from "../letterpress-error.ts";
import type { ContractSpec } from "./contract-spec.ts";
import type { Plan, PlannedChange, PlanProblem } from "./plan.ts";

/** What making a topic as its contract says takes. */
export async function planTopic(admin: Admin, contract: ContractSpec, exists: boolean): Promise<Plan> {
  const { topic, partitions, replicationFactor, config } = contract;
  if (!exists) {
    const settings = Object.entries(config).map(([name, value]) => `${name}=${value}`);
    const description = `create topic ${topic} with ${partitions} partitions${settings.length > 0 ? ` (${settings.join(", ")})` : ""}`;
    const change: PlannedChange = {
      kind: "create-topic",
      topic,
      partitions,
      replicationFactor,
      configs: config,
      description,
    };
    return { changes: [change], problems: [] };
  }
  const changes: PlannedChange[] = [];
  const problems: PlanProblem[] = [];
  const [present] = await admin.topics.describe([topic]);
  const count = present?.partitions.length ?? 0;
  if (count > partitions) {
    const message = `the topic has ${count} partitions, the contract says ${partitions}; partitions cannot be taken away`;
    problems.push({ subject: topic, message });
  } else if (count < partitions) {
    const description = `raise ${topic} from ${count} to ${partitions} partitions; keys move to other partitions`;
    changes.push({ kind: "create-partitions", topic, partitions, description });
  }
  const copies = present?.partitions[0]?.replicas.length ?? 0;
  if (replicationFactor !== undefined && copies !== replicationFactor) {
    const message = `the topic has replication factor ${copies}, the contract says ${replicationFactor}; a topic keeps the one it was made with: correct the contract, or move the replicas with the cluster's own tools`;
    problems.push({ subject: topic, message });
  }
  const altered = await alteredConfigs(admin, topic, config);
  if (altered.length > 0) {
    const description = `set ${altered.map(({ name, from, to }) => `${name} from ${from} to ${to}`).join(", ")} on ${topic}`;
    const configs = Object.fromEntries(altered.map(({ name, to }) => [name, to]));
    changes.push({ kind: "alter-configs", topic, configs, description });
  }
  return { changes, problems };
}

async function alteredConfigs(admin: Admin, topic: string, wanted: Readonly<Record<string, string>>) {
  const present = new Map((await admin.configs.describe({ topic })).map(({ name, value }) => [name, value]));
  return Object.entries(wanted)
    .map(([name, to]) => ({ name, from: present.get(name) ?? "unset", to }))
    .filter(({ from, to }) => from !== to);
}

/** Whether the broker knows the configs that turn schema validation on; any other Kafka refuses them. */
export async function knowsLetterpressConfigs(admin: Admin): Promise<boolean> {
  const configs = { "letterpress.value.schema.validation": "none" };
  const probe = { name: "letterpress-config-probe", partitions: 1, replicationFactor: 1, configs };
  try {
    await admin.topics.create([probe], { validateOnly: true });
    return true;
  } catch (error) {
    if (error instanceof LetterpressError && error.kafkaError === "INVALID_CONFIG") return false;
    throw error;
  }
}
