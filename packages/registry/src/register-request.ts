import type { SchemaReference } from "@letterpress/schema";
import type { SchemaMetadata, SchemaRuleSet } from "./stored-schema.ts";

/** A schema as a client sends it. */
export interface RegisterRequest {
  readonly schema: string;
  /** Default: `AVRO`. */
  readonly schemaType?: string | undefined;
  /** Version -1 means the newest one of the subject now. */
  readonly references?: readonly SchemaReference[] | undefined;
  readonly metadata?: SchemaMetadata | undefined;
  readonly ruleSet?: SchemaRuleSet | undefined;
  /** Asks for this id; allowed in mode IMPORT alone. */
  readonly id?: number | undefined;
  /** Asks for this version: in mode IMPORT any, else the next one. */
  readonly version?: number | undefined;
}
