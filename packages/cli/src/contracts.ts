import { dirname, join } from "node:path";
import {
  ContractError,
  type Contracts,
  type GeneratedFile,
  generate,
  loadContracts,
} from "@letterpress/codegen";
import type { Command } from "commander";

export const CONTRACTS_DEFAULT = "schemas/topics.yaml";

export function addContractsFlag(command: Command): Command {
  return command.option("--contracts <file>", "the contracts", CONTRACTS_DEFAULT);
}

/** @throws ContractError with every mistake, its place given from the working folder. */
export async function readContracts(path: string): Promise<Contracts> {
  try {
    return await loadContracts(path);
  } catch (error) {
    throw fromWorkingFolder(error, path);
  }
}

/** The TypeScript of contracts that were read from `path`. Throws as `readContracts` does. */
export function generateCode(contracts: Contracts, path: string): GeneratedFile[] {
  try {
    return generate(contracts);
  } catch (error) {
    throw fromWorkingFolder(error, path);
  }
}

/** Diagnostics name files from the manifest's folder; editors and people open them from where they are. */
function fromWorkingFolder(error: unknown, path: string): unknown {
  if (!(error instanceof ContractError)) return error;
  return new ContractError(
    error.diagnostics.map((diagnostic) =>
      diagnostic.rule === "missing-manifest"
        ? diagnostic
        : { ...diagnostic, file: join(dirname(path), diagnostic.file) },
    ),
  );
}
