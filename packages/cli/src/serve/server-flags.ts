import type { ConfigSource, ServerConfig } from "@letterpress/server";
import { environmentSource, readServerConfig } from "@letterpress/server";
import type { Command } from "commander";
import { CliError } from "../cli-error.ts";
import { addNatsFlags, type ClusterFlags, clusterFlagOf, clusterSettings } from "../cluster-flags.ts";
import type { Io } from "../io.ts";
import { collect, parseAssignment } from "../repeated-flag.ts";
import { configFileSource } from "./config-file.ts";

export const DATA_DEFAULT = ".letterpress/data";

/** The flags that `serve` and `dev` share. */
export interface ServerFlags extends ClusterFlags {
  readonly data?: string;
  readonly memory?: boolean;
  readonly kafka?: string;
  readonly http?: string;
  readonly advertised?: string;
  readonly config?: string;
  readonly flush?: string;
  readonly logLevel?: string;
  readonly set?: readonly string[];
  readonly nodeId?: string;
}

export function addServerFlags(command: Command): Command {
  return command
    .option("--data <dir>", `the data folder (default: ${DATA_DEFAULT})`)
    .option("--memory", "keep everything in memory; it is gone at the end")
    .option(
      "--kafka <host:port>",
      "serve the Kafka protocol here (default: 127.0.0.1:9092; port 0: a free one)",
    )
    .option("--http <host:port>", "serve the registry and metrics here (default: 127.0.0.1:8081)")
    .option("--advertised <host:port>", "the Kafka address that clients are told to connect to")
    .option("--config <file>", "settings in YAML or JSON (default: letterpress.yaml, if it is there)")
    .option("--flush <when>", "acks=all waits for the disk (commit) or the operating system only (os)")
    .option("--log-level <level>", "trace, debug, info, warn, error, fatal or silent")
    .option("--set <name=value>", "a broker config, such as num.partitions=3; may be repeated", collect);
}

/** The flags of a broker that is one of several. */
export function addClusterFlags(command: Command): Command {
  return addNatsFlags(
    command
      .option(
        "--cluster <urls>",
        "join the brokers that keep their logs on these NATS servers, comma-separated",
      )
      .option("--node-id <number>", "this broker's id, another one for every broker (default: 1)")
      .option("--replicas <number>", "how many NATS servers keep each partition: 1, 3 or 5 (default: 3)")
      .option(
        "--cluster-session-ms <number>",
        "how long a broker that has gone silent keeps what it leads (default: 15000)",
      ),
  );
}

/**
 * The server's configuration: defaults, then the file, the environment (`LETTERPRESS_KAFKA` and the like) and the
 * flags, the later winning.
 *
 * @throws CliError `USAGE`, `BAD_INPUT`; ServerError `INVALID_CONFIG` with every mistake and its place.
 */
export function resolveServerConfig(
  flags: ServerFlags,
  io: Pick<Io, "env" | "cwd" | "stderr">,
): ServerConfig {
  if (flags.memory && flags.data !== undefined) {
    throw new CliError("USAGE", "--memory and --data exclude each other; give one of them");
  }
  const file = configFileSource(io.cwd(), flags.config);
  const { data, ...config } = readServerConfig([
    terminalSource(io),
    ...(file === undefined ? [] : [file]),
    environmentSource(io.env),
    flagSource(flags),
  ]);
  if (config.cluster !== undefined) {
    if (data === undefined && !flags.memory) return config;
    throw new CliError(
      "USAGE",
      "a cluster keeps its data on NATS: --cluster goes without --data and --memory",
    );
  }
  return flags.memory ? config : { ...config, data: data ?? DATA_DEFAULT };
}

/** On a terminal the log is kept to what somebody has to look at. */
function terminalSource({ stderr }: Pick<Io, "stderr">): ConfigSource {
  return {
    settings: stderr.isTTY ? { log: { level: "warn" } } : {},
    locate: (path) => path.join("."),
  };
}

const FLAG_NAMES: Readonly<Record<string, string>> = { log: "--log-level", nodeId: "--node-id" };

function flagSource(flags: ServerFlags): ConfigSource {
  const { data, kafka, http, advertised, flush, logLevel, set = [], nodeId } = flags;
  return {
    settings: {
      ...(nodeId === undefined ? {} : { nodeId: Number(nodeId) }),
      cluster: clusterSettings(flags),
      data,
      kafka,
      http,
      advertised,
      flush,
      ...(logLevel === undefined ? {} : { log: { level: logLevel } }),
      ...(set.length === 0 ? {} : { broker: Object.fromEntries(set.map(parseAssignment)) }),
    },
    locate: ([first, ...rest]) => {
      if (first === "broker") return `--set ${rest.join(".")}`;
      if (first === "cluster") return clusterFlagOf(rest);
      return FLAG_NAMES[String(first)] ?? `--${String(first)}`;
    },
  };
}
