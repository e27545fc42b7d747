import { readFile } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { ContractError, type Diagnostic } from "../diagnostic.ts";
import type { Contract, Contracts } from "./contracts.ts";
import type { Manifest, ManifestTopic } from "./manifest.ts";
import { readManifest } from "./read-manifest.ts";
import { openSchemaFolder } from "./schema-folder.ts";
import { SchemaLoader } from "./schema-loader.ts";

const OUT_DEFAULT = "../src/gen";
const PARTITIONS_DEFAULT = 1;

/**
 * Reads `topics.yaml` and every schema it names. Nothing is fetched: these files are all there is.
 *
 * @param path The path of `topics.yaml`. Default `schemas/topics.yaml`, below the working directory.
 * @throws ContractError with every mistake in the manifest or in a schema, each with file, line and column.
 */
export async function loadContracts(path = "schemas/topics.yaml"): Promise<Contracts> {
  const file = resolve(path);
  const root = dirname(file);
  const name = basename(file);
  const { manifest, source, diagnostics } = readManifest(await readText(file, path), name);
  if (manifest === undefined) throw new ContractError(diagnostics);

  const loader = new SchemaLoader(await openSchemaFolder(root));
  const found: Diagnostic[] = [];
  const topics: Contract[] = [];
  for (const [topic, entry] of Object.entries(manifest.topics)) {
    const locate = (setting: keyof ManifestTopic) => ({
      file: name,
      ...source.locate(["topics", topic, setting]),
    });
    const contract = loadTopic(topic, entry, manifest, loader, locate);
    if (Array.isArray(contract)) found.push(...contract);
    else topics.push(contract as Contract);
  }
  if (found.length > 0) throw new ContractError(unique(found));

  const { out = OUT_DEFAULT, importExtension = "js", longs = {} } = manifest.generate ?? {};
  return { file, root, topics, generate: { out: resolve(root, out), importExtension, longs } };
}

async function readText(file: string, shown: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
    const message =
      "there is no such file; name the manifest with --contracts, or write one (see the documentation)";
    throw new ContractError([{ file: shown, line: 0, column: 0, rule: "missing-manifest", message }]);
  }
}

type Locate = (setting: keyof ManifestTopic) => Pick<Diagnostic, "file" | "line" | "column">;

function loadTopic(
  topic: string,
  entry: ManifestTopic,
  manifest: Manifest,
  loader: SchemaLoader,
  locate: Locate,
): Contract | Diagnostic[] {
  const settings = { ...manifest.defaults, ...entry };
  const strategy = settings.subjectNameStrategy ?? "TopicName";
  const validation = settings.validation ?? "id";
  const value = loader.load(entry.value, { topic, part: "value", strategy, place: locate("value") });
  const key = loader.loadKey(entry.key ?? undefined, value, {
    topic,
    part: "key",
    strategy,
    place: locate("key"),
  });
  const diagnostics = [...(Array.isArray(value) ? value : []), ...(Array.isArray(key) ? key : [])];
  if (Array.isArray(value) || Array.isArray(key)) return diagnostics;

  const config: Record<string, string> = {};
  for (const [name, setting] of Object.entries(entry.config ?? {})) config[name] = String(setting);
  config["letterpress.value.schema.validation"] ??= validation;
  config["letterpress.value.subject.name.strategy"] ??= strategy;
  if (key.kind === "schema") {
    config["letterpress.key.schema.validation"] ??= validation;
    config["letterpress.key.subject.name.strategy"] ??= strategy;
  }
  return {
    topic,
    value,
    key,
    partitions: settings.partitions ?? PARTITIONS_DEFAULT,
    replicationFactor: settings.replicationFactor,
    partitioner: settings.partitioner ?? "murmur2",
    compatibility: settings.compatibility,
    validation,
    subjectNameStrategy: strategy,
    config,
  };
}

/** One broken schema may serve several topics; it is reported once. */
function unique(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Map(diagnostics.map((diagnostic) => [JSON.stringify(diagnostic), diagnostic]));
  return [...seen.values()];
}
