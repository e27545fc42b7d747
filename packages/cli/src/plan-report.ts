import type { Plan, PlannedChange } from "@letterpress/client";
import type { Contracts } from "@letterpress/codegen";
import type { RegistryClient } from "@letterpress/registry/client";
import { registryBaseline } from "./schemas/baseline.ts";
import { checkSchema, violationsText } from "./schemas/check-schema.ts";
import { sourcesOf } from "./schemas/schema-sources.ts";
import { counted } from "./table.ts";

/** A plan for programs: without the schemas' texts, which the contracts hold anyway. */
export function planDocument({ changes, problems }: Plan) {
  return { changes: changes.map(changeDocument), problems };
}

/** A change for programs. */
export function changeDocument(change: PlannedChange): object {
  if (change.kind !== "register-schema") return change;
  const { spec: _, ...rest } = change;
  return rest;
}

export function planText({ changes }: Plan): string {
  if (changes.length === 0) return "Nothing to change: the server is as the contracts say.";
  return [
    ...changes.map(({ description }) => `  ${description}`),
    `${counted(changes.length, "change")}.`,
  ].join("\n");
}

/** Why a plan cannot be applied. Schemas are told with the place in their files that is at fault. */
export async function problemsText(
  { problems }: Plan,
  contracts: Contracts,
  registry: RegistryClient,
  cwd: string,
): Promise<string> {
  const sources = sourcesOf(contracts, cwd);
  const lines: string[] = [];
  for (const { subject, message } of problems) {
    const source = sources.find((each) => each.subject === subject);
    const reasons = source && violationsText(await checkSchema(registryBaseline(registry), source));
    lines.push(reasons || `${subject}: ${message}`);
  }
  return lines.join("\n");
}
