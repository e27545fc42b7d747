import type { FileDescriptorProto } from "@bufbuild/protobuf/wkt";
import { type AvroNamed, type AvroSchema, parseAvro, parseProtobuf } from "@letterpress/schema";
import { definitionText } from "./avro/definition-text.ts";
import { namespaceModule } from "./avro/namespace-module.ts";
import { avroCode, TypeImports } from "./avro/schema-code.ts";
import { namedTypes } from "./avro/type-graph.ts";
import { TypeDirectory } from "./avro/type-names.ts";
import type { Contract, ContractSchema, Contracts } from "./contracts/contracts.ts";
import { ContractError, type Diagnostic } from "./diagnostic.ts";
import { camelCase, pascalCase } from "./names.ts";
import { protobufFile } from "./protobuf/generated-name.ts";
import { protobufModules } from "./protobuf/protobuf-modules.ts";
import { protobufCode } from "./protobuf/schema-code.ts";
import type { GeneratedFile } from "./source-file.ts";
import { type SchemaCode, topicFile, topicModule } from "./topic-module.ts";

/**
 * The TypeScript of all contracts: one module per topic, one per Avro namespace, one per `.proto` file. Nothing is
 * written; see `writeGenerated`.
 *
 * @throws ContractError when two topics want one module, or two schemas define one type differently.
 */
export function generate(contracts: Contracts): GeneratedFile[] {
  checkTopicFiles(contracts);
  const schemas = contracts.topics.flatMap(schemasOf);
  const avro = new Map<ContractSchema, AvroSchema>();
  for (const schema of schemas) {
    if (schema.schema.format === "AVRO") avro.set(schema, parseAvroOf(schema));
  }
  const directory = new TypeDirectory(mergeTypes(avro));
  const { importExtension, longs } = contracts.generate;
  const namespaces = directory.namespaces.map((each) =>
    namespaceModule(each, directory, { importExtension, longs }),
  );
  const protobuf = protobufModules(descriptorsOf(schemas), importExtension);

  const topics = contracts.topics.map((contract) => {
    const path = topicFile(contract.topic);
    const imports = new TypeImports(directory, { path, importExtension, taken: ownNames(contract.topic) });
    const codeOf = (schema: ContractSchema): SchemaCode => {
      if (schema.schema.format === "AVRO") return avroCode(avro.get(schema)!, imports, longs);
      const file = protobuf.find((each) => each.path === protobufFile(schema.file))!;
      return protobufCode(path, file, schema.typeName, importExtension);
    };
    const value = codeOf(contract.value);
    return topicModule(
      contract,
      value,
      contract.key.kind === "schema" ? codeOf(contract.key.schema) : undefined,
    );
  });
  return [...topics, ...namespaces, ...protobuf];
}

function schemasOf(contract: Contract): ContractSchema[] {
  return contract.key.kind === "schema" ? [contract.value, contract.key.schema] : [contract.value];
}

function parseAvroOf({ schema, file }: ContractSchema): AvroSchema {
  return parseAvro(schema.text, { file, references: schema.references }).schema;
}

/** The names a topic's module declares, which types of the schema must not take. */
function ownNames(topic: string): Set<string> {
  const name = pascalCase(topic);
  return new Set([`${name}Producer`, `${name}Consumer`, camelCase(topic)]);
}

/** One type per full name. The same name with another definition cannot be one TypeScript type. */
function mergeTypes(schemas: ReadonlyMap<ContractSchema, AvroSchema>): AvroNamed[] {
  const merged = new Map<string, { readonly type: AvroNamed; readonly file: string }>();
  const conflicts: Diagnostic[] = [];
  for (const [{ file }, schema] of schemas) {
    for (const [fullName, type] of namedTypes(schema)) {
      const other = merged.get(fullName);
      if (other === undefined) merged.set(fullName, { type, file });
      else if (definitionText(other.type) !== definitionText(type)) {
        const { line, column } = type.location;
        const message = `${fullName} is defined differently in ${other.file}; define it once, in a file of its own, or rename one`;
        conflicts.push({ file, line, column, rule: "conflicting-type", message });
      }
    }
  }
  if (conflicts.length > 0) throw new ContractError(conflicts);
  return [...merged.values()].map(({ type }) => type);
}

function descriptorsOf(schemas: readonly ContractSchema[]): FileDescriptorProto[] {
  const files = new Map<string, FileDescriptorProto>();
  for (const { schema, file } of schemas) {
    if (schema.format !== "PROTOBUF") continue;
    // Dependencies stand first, as the plugin interface asks.
    for (const descriptor of parseProtobuf(schema, { file }).fileSet.file) {
      if (!files.has(descriptor.name)) files.set(descriptor.name, descriptor);
    }
  }
  return [...files.values()];
}

function checkTopicFiles(contracts: Contracts): void {
  const topics = new Map<string, string>();
  const clashes: Diagnostic[] = [];
  for (const { topic } of contracts.topics) {
    const file = topicFile(topic);
    const other = topics.get(file);
    if (other !== undefined) {
      const message = `the topics ${other} and ${topic} would both be generated as ${file}; rename one of them`;
      clashes.push({ file: "topics.yaml", line: 0, column: 0, rule: "module-clash", message });
    }
    topics.set(file, topic);
  }
  if (clashes.length > 0) throw new ContractError(clashes);
}
