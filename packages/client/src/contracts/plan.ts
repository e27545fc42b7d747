import type { RegistryClient } from "@letterpress/registry/client";
import type { Admin } from "../admin/admin.ts";
import type { ContractSpec, SubjectSpec } from "./contract-spec.ts";
import { planSubject } from "./plan-subject.ts";
import { knowsLetterpressConfigs, planTopic } from "./plan-topic.ts";

/** One step from what the server has to what the contracts say. */
export type PlannedChange = { /** One line for people. */ readonly description: string } & (
  | { readonly kind: "set-compatibility"; readonly subject: string; readonly level: string }
  | { readonly kind: "register-schema"; readonly subject: string; readonly spec: SubjectSpec }
  | {
      readonly kind: "create-topic";
      readonly topic: string;
      readonly partitions: number;
      readonly replicationFactor: number | undefined;
      readonly configs: Readonly<Record<string, string>>;
    }
  | { readonly kind: "create-partitions"; readonly topic: string; readonly partitions: number }
  | {
      readonly kind: "alter-configs";
      readonly topic: string;
      readonly configs: Readonly<Record<string, string>>;
    }
);

/** Something the contracts ask for that cannot be done; nothing is applied while there is one. */
export interface PlanProblem {
  /** The topic or subject. */
  readonly subject: string;
  readonly message: string;
}

export interface Plan {
  /** In the order in which they have to happen. Empty when the server is as the contracts say. */
  readonly changes: readonly PlannedChange[];
  readonly problems: readonly PlanProblem[];
}

/** What a plan is made against. */
export interface PlanTargets {
  readonly admin: Admin;
  readonly registry: RegistryClient;
}

/**
 * What would have to change on the server for it to be as the contracts say. Changes nothing.
 *
 * @throws LetterpressError or RegistryClientError when broker or registry cannot be asked.
 */
export async function planContracts(targets: PlanTargets, contracts: readonly ContractSpec[]): Promise<Plan> {
  const changes: PlannedChange[] = [];
  const problems: PlanProblem[] = [];
  const planned = new Set<string>();
  for (const contract of contracts) {
    for (const spec of subjectsOf(contract)) {
      const plan = await planSubject(targets.registry, spec, contract.compatibility, planned);
      changes.push(...plan.changes);
      problems.push(...plan.problems);
    }
  }
  const existing = new Set(await targets.admin.topics.list({ includeInternal: true }));
  const ours = await knowsLetterpressConfigs(targets.admin);
  for (const contract of contracts) {
    const configs = ours ? contract.config : withoutOurs(contract.config);
    const plan = await planTopic(
      targets.admin,
      { ...contract, config: configs },
      existing.has(contract.topic),
    );
    changes.push(...plan.changes);
    problems.push(...plan.problems);
  }
  return { changes, problems };
}

function subjectsOf({ key, value }: ContractSpec): SubjectSpec[] {
  return key.kind === "schema" ? [key.schema, value] : [value];
}

function withoutOurs(config: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(config).filter(([name]) => !name.startsWith("letterpress.")));
}
