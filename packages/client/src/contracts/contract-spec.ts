import type { CheckLevel, ResolvedSchema } from "@letterpress/schema";

/** A schema and the subject it belongs to. */
export interface SubjectSpec {
  readonly subject: string;
  readonly schema: ResolvedSchema;
}

/** What a contract asks of the server. The contracts that `@letterpress/codegen` loads are of this shape. */
export interface ContractSpec {
  readonly topic: string;
  readonly partitions: number;
  /** Undefined: the broker's own. */
  readonly replicationFactor: number | undefined;
  /** Topic configs by Kafka's names, as text; those that begin with `letterpress.` only for brokers that know them. */
  readonly config: Readonly<Record<string, string>>;
  /** Undefined: the registry's own level. */
  readonly compatibility: CheckLevel | undefined;
  readonly value: SubjectSpec;
  readonly key:
    | { readonly kind: "none" | "field" }
    | { readonly kind: "schema"; readonly schema: SubjectSpec };
}
