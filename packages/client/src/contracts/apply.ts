import { LetterpressError } from "../letterpress-error.ts";
import type { ContractSpec } from "./contract-spec.ts";
import { type Plan, type PlannedChange, type PlanTargets, planContracts } from "./plan.ts";

export interface ApplyOptions {
  /** Told of each change once it is made. */
  readonly onChange?: ((change: PlannedChange) => void) | undefined;
}

/**
 * Makes the changes of a plan, in order. Running it again after a failure goes on where it stopped: plan anew first.
 *
 * @throws LetterpressError `INVALID_ARGUMENT` when the plan has problems: nothing is changed then.
 */
export async function applyPlan(targets: PlanTargets, plan: Plan, options: ApplyOptions = {}): Promise<void> {
  if (plan.problems.length > 0) {
    const problems = plan.problems.map(({ subject, message }) => `${subject}: ${message}`);
    throw new LetterpressError("INVALID_ARGUMENT", `the contracts cannot be applied: ${problems.join("\n")}`);
  }
  for (const change of plan.changes) {
    await applyChange(targets, change);
    options.onChange?.(change);
  }
}

/** Plans and applies in one go; returns what was changed. */
export async function applyContracts(
  targets: PlanTargets,
  contracts: readonly ContractSpec[],
  options: ApplyOptions = {},
): Promise<Plan> {
  const plan = await planContracts(targets, contracts);
  await applyPlan(targets, plan, options);
  return plan;
}

async function applyChange({ admin, registry }: PlanTargets, change: PlannedChange): Promise<void> {
  switch (change.kind) {
    case "set-compatibility":
      return registry.setConfig(change.level, change.subject);
    case "register-schema":
      await registry.registerResolved(change.subject, change.spec.schema);
      return;
    case "create-topic": {
      const { topic, partitions, replicationFactor, configs } = change;
      return admin.topics.create([{ name: topic, partitions, replicationFactor, configs }]);
    }
    case "create-partitions":
      return admin.topics.createPartitions(change.topic, change.partitions);
    case "alter-configs":
      return admin.configs.alter({ topic: change.topic }, change.configs);
  }
}
