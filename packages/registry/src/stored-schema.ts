import type { SchemaReference } from "@letterpress/schema";

/** Tags, properties and sensitive properties, as data contracts carry them. */
export interface SchemaMetadata {
  readonly tags?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly properties?: Readonly<Record<string, string>> | undefined;
  readonly sensitive?: readonly string[] | undefined;
}

/** A rule of a data contract. The registry keeps rules and hands them out; clients run them. */
export interface SchemaRule {
  readonly name?: string | undefined;
  readonly doc?: string | undefined;
  readonly kind?: string | undefined;
  readonly mode?: string | undefined;
  readonly type?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly params?: Readonly<Record<string, string>> | undefined;
  readonly expr?: string | undefined;
  readonly onSuccess?: string | undefined;
  readonly onFailure?: string | undefined;
  readonly disabled?: boolean | undefined;
}

export interface SchemaRuleSet {
  readonly migrationRules?: readonly SchemaRule[] | undefined;
  readonly domainRules?: readonly SchemaRule[] | undefined;
  readonly encodingRules?: readonly SchemaRule[] | undefined;
}

/** All that makes two schemas the same one. */
export interface SchemaContent {
  /** `AVRO`, `PROTOBUF`, or a type that only an imported log can hold, such as `JSON`. */
  readonly schemaType: string;
  readonly text: string;
  readonly references: readonly SchemaReference[];
  readonly metadata?: SchemaMetadata | undefined;
  readonly ruleSet?: SchemaRuleSet | undefined;
}

/** A schema as one context knows it, with every place it is registered at. */
export interface StoredSchema {
  readonly context: string;
  readonly id: number;
  /** The same for the same content in every context and registry. */
  readonly guid: string;
  readonly content: SchemaContent;
  /** The versions that are this schema, by subject; soft-deleted ones included. */
  readonly uses: ReadonlyMap<string, readonly SubjectVersion[]>;
}

/** One version of a subject. */
export interface SubjectVersion {
  readonly subject: string;
  readonly version: number;
  readonly schema: StoredSchema;
  /** Soft-deleted: hidden, still readable by id. */
  readonly deleted: boolean;
}
