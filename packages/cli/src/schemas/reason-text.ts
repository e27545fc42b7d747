import type { Incompatibility } from "@letterpress/schema";

/** The whole reason: what the registry says and, where that is only about a type as a whole, what is wrong in it. */
export function reasonText({ message, because = [] }: Pick<Incompatibility, "message" | "because">): string {
  const inner = because.map(reasonText).join("; ");
  return inner === "" ? message.trim() : `${message.trim()}, because of this branch: ${inner}`;
}
