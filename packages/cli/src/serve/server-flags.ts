import type { ConfigSource, ServerConfig } from "@letterpress/server";
import { environmentSource, readServerConfig } from "@letterpress/server";
import type { Command } from "commander";
import { CliError } from "../cli-error.ts";
import type { Io } from "../io.ts";
import { collect, parseAssignment } from "../repeated-flag.ts";
import { configFileSource } from "./config-file.ts";

export const DATA_DEFAULT = ".letterpress/data";

/** The flags that `serve` and `dev` share. */
export interface ServerFlags {
  readonly data?: string;
  readonly memory?: boolean;
  readonly kafka?: string;
  readonly http?: string;
  readonly advertised?: string;
  readonly config?: string;
  readonly flush?: string;
  readonly logLevel?: string;
  readonly set?: readonly string[];
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
  const { data = DATA_DEFAULT, ...config } = readServerConfig([
    terminalSource(io),
    ...(file === undefined ? [] : [file]),
    environmentSource(io.env),
    flagSource(flags),
  ]);
  return flags.memory ? config : { ...config, data };
}

/** On a terminal the log is kept to what somebody has to look at. */
function terminalSource({ stderr }: Pick<Io, "stderr">): ConfigSource {
  return {
    settings: stderr.isTTY ? { log: { level: "warn" } } : {},
    locate: (path) => path.join("."),
  };
}

function flagSource({ data, kafka, http, advertised, flush, logLevel, set = [] }: ServerFlags): ConfigSource {
  return {
    settings: {
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
      return first === "log" ? "--log-level" : `--${String(first)}`;
    },
  };
}
