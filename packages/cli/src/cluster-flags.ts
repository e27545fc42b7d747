import {
  type ClusterConfig,
  type ConfigSource,
  environmentSource,
  readClusterConfig,
} from "@letterpress/server";
import type { Command } from "commander";
import type { Io } from "./io.ts";
import { configFileSource } from "./serve/config-file.ts";

/** Which cluster, and how to reach its NATS servers, as commander gathers it. */
export interface ClusterFlags {
  readonly cluster?: string;
  readonly replicas?: string;
  readonly clusterSessionMs?: string;
  readonly natsUser?: string;
  readonly natsPassword?: string;
  readonly natsToken?: string;
  readonly natsCredentials?: string;
  readonly natsCa?: string;
  readonly natsCert?: string;
  readonly natsKey?: string;
}

/** The flags of each setting under `cluster`, for messages. */
const FLAG_OF: Readonly<Record<string, string>> = {
  servers: "--cluster",
  replicas: "--replicas",
  sessionMs: "--cluster-session-ms",
  user: "--nats-user",
  password: "--nats-password",
  token: "--nats-token",
  credentialsFile: "--nats-credentials",
  caFile: "--nats-ca",
  certFile: "--nats-cert",
  keyFile: "--nats-key",
};

/** Adds what commands need that reach a cluster's NATS servers themselves: `--cluster`, `--config` and `--nats-...`. */
export function addClusterConnectionFlags(command: Command): Command {
  return addNatsFlags(
    command
      .option("--cluster <urls>", "some of its NATS servers, comma-separated")
      .option(
        "--config <file>",
        "the settings of a broker of it (default: letterpress.yaml, if it is there)",
      ),
  );
}

/** Adds `--nats-...`: who one is for NATS, and how to know it. Each has a variable, `LETTERPRESS_NATS_USER` and so on. */
export function addNatsFlags(command: Command): Command {
  return command
    .option("--nats-user <name>", "a user of NATS")
    .option("--nats-password <password>", "its password; LETTERPRESS_NATS_PASSWORD keeps it out of sight")
    .option("--nats-token <token>", "a token for NATS; LETTERPRESS_NATS_TOKEN keeps it out of sight")
    .option("--nats-credentials <file>", "a .creds file of a user; it also names the account")
    .option("--nats-ca <file>", "trust these authorities (PEM) in place of the system's")
    .option("--nats-cert <file>", "show NATS this certificate (PEM)")
    .option("--nats-key <file>", "the key of that certificate (PEM)");
}

/** What the flags say, in the shape of the setting `cluster`; undefined when they say nothing. */
export function clusterSettings(flags: ClusterFlags): Readonly<Record<string, unknown>> | undefined {
  return defined({
    servers: flags.cluster?.split(",").map((url) => url.trim()),
    replicas: numberOf(flags.replicas),
    sessionMs: numberOf(flags.clusterSessionMs),
    user: flags.natsUser,
    password: flags.natsPassword,
    token: flags.natsToken,
    credentialsFile: flags.natsCredentials,
    tls: defined({ caFile: flags.natsCa, certFile: flags.natsCert, keyFile: flags.natsKey }),
  });
}

/** The flag of a setting under `cluster`, such as `--nats-ca` for `cluster.tls.caFile`. */
export function clusterFlagOf(path: readonly PropertyKey[]): string {
  return path.map((part) => FLAG_OF[String(part)]).findLast((flag) => flag !== undefined) ?? "--cluster";
}

/**
 * How to reach the cluster that flags, environment and config file name, the first of these winning.
 *
 * @throws CliError `BAD_INPUT`; ServerError `INVALID_CONFIG` with every mistake and its place.
 */
export function resolveClusterConfig(
  flags: ClusterFlags & { readonly config?: string },
  io: Pick<Io, "env" | "cwd">,
): ClusterConfig {
  const file = configFileSource(io.cwd(), flags.config);
  const fromFlags: ConfigSource = {
    settings: { cluster: clusterSettings(flags) },
    locate: clusterFlagOf,
  };
  return readClusterConfig([...(file === undefined ? [] : [file]), environmentSource(io.env), fromFlags]);
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

function defined(values: Readonly<Record<string, unknown>>): Record<string, unknown> | undefined {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
