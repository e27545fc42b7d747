import type { DeploymentOrder, Verdict } from "../report.ts";

export const VERDICT_TEXT: Readonly<Record<Verdict, string>> = {
  unchanged: "as the registry has it",
  safe: "safe to deploy in any order",
  "safe-in-order": "safe when deployed in order",
  wait: "somebody would break if it were deployed now",
  blocked: "may not go through",
};

export const ORDER_TEXT: Readonly<Record<DeploymentOrder, string>> = {
  any: "any order",
  "consumers-first": "consumers first",
  "producers-first": "producers first",
  "not-in-one-step": "not in one step",
};
