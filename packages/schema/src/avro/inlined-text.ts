import type { ResolvedSchema } from "../schema-definition.ts";
import { canonicalText } from "./canonical.ts";
import { parseResolvedAvro } from "./parse.ts";

/** The canonical text of a schema with the types of its references put in where they are first used. */
export function inlinedText(schema: ResolvedSchema): string {
  return canonicalText({ ...parseResolvedAvro(schema), references: [] });
}
