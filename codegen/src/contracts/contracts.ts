import type {
  CheckLevel,
  LongFields,
  PartitionerName,
  ResolvedSchema,
  SubjectNameStrategy,
  ValidationLevel,
} from "@letterpress/schema";
import type { KeyField } from "./key-field.ts";

/** A schema that a contract uses: its text, where it is, and the type in it that is meant. */
export interface ContractSchema {
  /** Relative to the folder of `topics.yaml`, with forward slashes. */
  readonly file: string;
  readonly schema: ResolvedSchema;
  /** The full name of the record or message. */
  readonly typeName: string;
  /** The Protobuf message-index path of the type; empty for Avro. */
  readonly messageIndexes: readonly number[];
  /** The subject it is registered under, by the topic's strategy. */
  readonly subject: string;
}

export type ContractKey =
  | { readonly kind: "none" }
  | ({ readonly kind: "field" } & KeyField)
  | { readonly kind: "schema"; readonly schema: ContractSchema };

/** One topic of `topics.yaml`, with every default filled in and its schemas read. */
export interface Contract {
  readonly topic: string;
  readonly value: ContractSchema;
  readonly key: ContractKey;
  readonly partitions: number;
  /** Undefined: the broker's own. */
  readonly replicationFactor: number | undefined;
  readonly partitioner: PartitionerName;
  /** Undefined: the registry's own level. */
  readonly compatibility: CheckLevel | undefined;
  readonly validation: ValidationLevel;
  readonly subjectNameStrategy: SubjectNameStrategy;
  /** Topic configs by Kafka's names, as text. The validation settings are among them. */
  readonly config: Readonly<Record<string, string>>;
}

/** Everything `topics.yaml` says. */
export interface Contracts {
  /** The absolute path of `topics.yaml`. */
  readonly file: string;
  /** The absolute path of its folder, which schema paths and Protobuf imports are relative to. */
  readonly root: string;
  readonly topics: readonly Contract[];
  readonly generate: {
    /** The absolute path of the folder for generated code. */
    readonly out: string;
    readonly importExtension: "js" | "ts" | "none";
    /** The Avro fields whose longs are numbers. */
    readonly longs: LongFields;
  };
}
