import type { Contract, ContractKey } from "./contracts/contracts.ts";
import { camelCase, kebabCase, pascalCase, propertyAccess } from "./names.ts";
import { SchemaConstants } from "./schema-constants.ts";
import { GENERATED_MARK, type GeneratedFile } from "./source-file.ts";

/** How a topic module speaks of one of its schemas. */
export interface SchemaCode {
  /** Import and re-export statements, one a line. Asked for when key and value are both known. */
  imports(): readonly string[];
  /** The type that reading gives and the one that writing takes. */
  readonly readType: string;
  readonly inputType: string;
  /** The expression that makes the serde from the constant with the schema. */
  serde(schemaConstant: string): string;
  /** What has to be imported from the client package for it. */
  readonly clientImports: readonly string[];
}

/** The generated module of a topic. */
export function topicFile(topic: string): string {
  return `${kebabCase(topic)}.ts`;
}

/** The module of one topic: its types, its contract, its producer and its consumer. */
export function topicModule(
  contract: Contract,
  value: SchemaCode,
  key: SchemaCode | undefined,
): GeneratedFile {
  const { topic } = contract;
  const constant = camelCase(topic);
  const name = pascalCase(topic);
  const keyType = keyTypeOf(contract.key, key);
  const types = `${keyType}, ${value.readType}, ${value.inputType}`;
  const readTypes = `${keyType}, ${value.readType}`;
  const clientImports = new Set([
    ...value.clientImports,
    ...(key?.clientImports ?? []),
    ...(contract.key.kind === "field" ? ["fieldKey"] : []),
    "type Letterpress",
    "type ResolvedSchema",
    "type TopicContract",
    "TypedConsumer",
    "type TypedConsumerOptions",
    "TypedProducer",
    "type TypedProducerOptions",
  ]);
  const sources = [
    contract.value.file,
    ...(contract.key.kind === "schema" ? [contract.key.schema.file] : []),
  ];
  const content = `${GENERATED_MARK} from topics.yaml and ${sources.join(", ")}. Do not edit.

import {
${[...clientImports]
  .sort(byName)
  .map((each) => `  ${each},\n`)
  .join("")}} from "@letterpress/client";
${[...new Set([...value.imports(), ...(key?.imports() ?? [])])].join("\n")}

${schemaCode(contract)}
/** The contract of the topic \`${topic}\`. */
export const ${constant}: TopicContract<${types}> = {
  topic: ${JSON.stringify(topic)},
  key: ${keyExpression(contract.key, key, value.inputType)},
  value: ${value.serde("valueSchema")},
  partitions: ${contract.partitions},
  partitioner: ${JSON.stringify(contract.partitioner)},
  subjectNameStrategy: ${JSON.stringify(contract.subjectNameStrategy)},
};

/** Produces the records of \`${topic}\`. */
export class ${name}Producer extends TypedProducer<${types}> {
  constructor(client: Letterpress, options?: TypedProducerOptions<${keyType}, ${value.inputType}>) {
    super(client, ${constant}, options);
  }
}

/** Consumes the records of \`${topic}\`, decoded with this build's schema. */
export class ${name}Consumer extends TypedConsumer<${readTypes}> {
  constructor(client: Letterpress, options?: TypedConsumerOptions<${keyType}>) {
    super(client, ${constant}, options);
  }
}
`;
  return { path: topicFile(topic), content };
}

const KEY_TYPES = { text: "string", number: "number", bigint: "bigint", bytes: "Uint8Array" } as const;

function keyTypeOf(key: ContractKey, code: SchemaCode | undefined): string {
  if (key.kind === "none") return "never";
  return key.kind === "field" ? KEY_TYPES[key.keyKind] : code!.readType;
}

function keyExpression(key: ContractKey, code: SchemaCode | undefined, inputType: string): string {
  switch (key.kind) {
    case "none":
      return `{ kind: "none" }`;
    case "schema":
      return `{ kind: "schema", serde: ${code!.serde("keySchema")} }`;
    case "field": {
      const access = propertyAccess("value", key.field);
      const value = key.fallback === undefined ? access : `${access} ?? ${key.fallback}`;
      return `fieldKey(${JSON.stringify(key.field)}, "${key.keyKind}", (value: ${inputType}) => ${value})`;
    }
  }
}

function schemaCode({ key, topic, value }: Contract): string {
  const constants = new SchemaConstants(["valueSchema", "keySchema", camelCase(topic)]);
  constants.add("valueSchema", value.schema);
  if (key.kind === "schema") constants.add("keySchema", key.schema.schema);
  return constants.code();
}

function byName(a: string, b: string): number {
  const [left, right] = [a, b].map((each) => each.replace(/^type /, "").toLowerCase());
  return left! < right! ? -1 : left! > right! ? 1 : 0;
}
