export type {
  Contract,
  ContractKey,
  ContractSchema,
  Contracts,
} from "./contracts/contracts.ts";
export { loadContracts } from "./contracts/load.ts";
export { openSchemaFolder, type SchemaFolder } from "./contracts/schema-folder.ts";
export { ContractError, type Diagnostic, formatDiagnostic } from "./diagnostic.ts";
export { generate } from "./generate.ts";
export type { GeneratedFile } from "./source-file.ts";
export { type GenerateResult, type WriteOptions, writeGenerated } from "./write.ts";
