import type { Breakage, DeploymentOrder, Step, Verdict, WriterRow } from "../report.ts";

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

/** When somebody breaks. */
export const WHEN_TEXT: Readonly<Record<Breakage["kind"], string>> = {
  "reading-old": "when it is deployed",
  "reading-live": "when it is deployed before the producers",
  "reading-new": "when producers are",
};

/** Which schema somebody reads or writes with. */
export function schemaText(version: number | "candidate" | undefined, schemaId?: number): string {
  if (version === "candidate") return "this one";
  if (version !== undefined) return `version ${version}`;
  return schemaId === undefined || schemaId < 0 ? "?" : `schema ${schemaId}`;
}

/** Who writes, as far as that is known. */
export function writerText({ knowledge, clientId, producerId, lastWrittenMs }: WriterRow): string {
  const producer = producerId === undefined ? "" : `producer ${producerId}`;
  switch (knowledge) {
    case "declared":
      return producer === "" ? (clientId ?? "?") : `${clientId ?? "?"} (${producer})`;
    case "inferred":
      return "(the newest records)";
    case "unknown":
      if (producerId === undefined) return "(the brokers do not tell)";
      return lastWrittenMs === undefined || lastWrittenMs < 0
        ? producer
        : `${producer}, last wrote ${new Date(lastWrittenMs).toISOString()}`;
  }
}

/** Something to do, and for how long. */
export function stepText({ what, until }: Step): string {
  return until === undefined ? what : `${what}, until ${until}`;
}
