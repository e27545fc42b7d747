import type { Plan, PlannedChange } from "@letterpress/client";
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

export function problemsText({ problems }: Plan): string {
  return problems.map(({ subject, message }) => `${subject}: ${message}`).join("\n");
}
