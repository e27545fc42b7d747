import { execFile, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const folder = join(import.meta.dirname, "../../.oracles/confluent-python");
const python = join(folder, "bin/python");
const script = join(import.meta.dirname, "confluent_serialisers.py");
const PACKAGE = "confluent-kafka[schemaregistry,avro,protobuf]==2.16.0";
const RUN_TIMEOUT_MS = 120_000;

/**
 * Why Confluent's Python client cannot be run here, or undefined when it can. It is fetched with pip, once, where
 * `LETTERPRESS_ORACLES=1` asks for it.
 */
export function whyNoConfluentPython(): string | undefined {
  if (isInstalled()) return undefined;
  if (process.env.LETTERPRESS_ORACLES !== "1")
    return "confluent-kafka is not installed; LETTERPRESS_ORACLES=1 fetches it";
  if (spawnSync("python3", ["-c", "import venv, ensurepip"]).status !== 0)
    return "there is no python3 with venv";
  console.log(`fetching ${PACKAGE} into .oracles/confluent-python ...`);
  spawnSync("python3", ["-m", "venv", folder]);
  spawnSync(python, ["-m", "pip", "install", "--quiet", PACKAGE], { stdio: "inherit" });
  return isInstalled() ? undefined : "confluent-kafka could not be fetched";
}

function isInstalled(): boolean {
  return (
    existsSync(python) &&
    spawnSync(python, ["-c", "import confluent_kafka.schema_registry.protobuf"]).status === 0
  );
}

/** Runs `confluent_serialisers.py` against a server; the documents that it prints. */
export async function runConfluentSerialisers(kafka: string, registry: string): Promise<unknown[]> {
  const { stdout } = await promisify(execFile)(python, [script, kafka, registry], {
    timeout: RUN_TIMEOUT_MS,
  });
  return stdout
    .trimEnd()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
}
