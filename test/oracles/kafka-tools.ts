import { type ChildProcessWithoutNullStreams, execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const folder = join(import.meta.dirname, "../../.oracles/kafka");
const libraries = join(folder, "libs");
const KAFKA_VERSION = "4.0.0";
const TOOL_TIMEOUT_MS = 60_000;

/**
 * Why Apache Kafka's own tools cannot be run here, or undefined when they can. They are fetched with Maven, once,
 * where `LETTERPRESS_ORACLES=1` asks for it.
 */
export function whyNoKafkaTools(): string | undefined {
  if (spawnSync("java", ["-version"]).status !== 0) return "there is no java";
  if (hasLibraries()) return undefined;
  if (process.env.LETTERPRESS_ORACLES !== "1")
    return "Apache Kafka is not installed; LETTERPRESS_ORACLES=1 fetches it";
  if (spawnSync("mvn", ["-v"]).status !== 0) return "there is no mvn to fetch Apache Kafka with";
  install();
  return hasLibraries() ? undefined : "Apache Kafka could not be fetched";
}

function hasLibraries(): boolean {
  return existsSync(libraries) && readdirSync(libraries).some((name) => name.startsWith("kafka-tools"));
}

function install(): void {
  console.log(`fetching Apache Kafka ${KAFKA_VERSION} into .oracles/kafka ...`);
  mkdirSync(libraries, { recursive: true });
  const dependencies = ["kafka_2.13", "kafka-tools"].map(
    (artifact) =>
      `<dependency><groupId>org.apache.kafka</groupId><artifactId>${artifact}</artifactId><version>${KAFKA_VERSION}</version></dependency>`,
  );
  const pom = `<project><modelVersion>4.0.0</modelVersion><groupId>oracle</groupId><artifactId>oracle</artifactId><version>1</version><dependencies>${dependencies.join("")}</dependencies></project>`;
  writeFileSync(join(folder, "pom.xml"), pom);
  execFileSync("mvn", ["-q", "dependency:copy-dependencies", `-DoutputDirectory=${libraries}`], {
    cwd: folder,
  });
}

/** Starts the main class of one of Kafka's tools, for who wants to talk to it while it runs, and ends it. */
export function startKafkaTool(
  main: string,
  args: readonly string[],
  timeoutMs?: number,
): ChildProcessWithoutNullStreams {
  // The tools run for a moment: compiling them well takes longer than it saves.
  const java = ["-Xmx128m", "-XX:TieredStopAtLevel=1", "-cp", join(libraries, "*"), main, ...args];
  return spawn("java", java, timeoutMs === undefined ? {} : { timeout: timeoutMs });
}

/** Runs the main class of one of Kafka's tools; resolves with what it printed, rejects when it failed. */
export function runKafkaTool(main: string, args: readonly string[], input = ""): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = startKafkaTool(main, args, TOOL_TIMEOUT_MS);
    let output = "";
    let errors = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk;
    });
    child.stderr.on("data", (chunk: Buffer) => {
      errors += chunk;
    });
    child.on("error", reject);
    child.on("exit", (code) =>
      code === 0 ? resolve(output) : reject(new Error(`${main} ended with ${code}: ${errors}${output}`)),
    );
    child.stdin.end(input);
  });
}
