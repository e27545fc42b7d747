import { type Admin, Letterpress } from "@letterpress/client";
import { RegistryClient } from "@letterpress/registry/client";
import { type Command, Option } from "commander";
import type { ConnectionFlags } from "./flags.ts";

const CONNECT_TIMEOUT_MS = 5_000;
const REGISTRY_TRIES = 2;

/** What commands talk to. */
export interface Connected {
  readonly client: Letterpress;
  readonly admin: Admin;
  readonly registry: RegistryClient;
}

/** Adds `--brokers` and what {@link addRegistryFlags} adds. */
export function addConnectionFlags(command: Command): Command {
  return addRegistryFlags(
    command.addOption(
      new Option("--brokers <host:port,...>", "some brokers of the cluster")
        .default("127.0.0.1:9092")
        .env("LETTERPRESS_BROKERS"),
    ),
  );
}

/** Adds `--registry` and `--json`, for commands that need no broker. */
export function addRegistryFlags(command: Command): Command {
  return command
    .addOption(
      new Option("--registry <url>", "the schema registry")
        .default("http://127.0.0.1:8081")
        .env("LETTERPRESS_REGISTRY"),
    )
    .option("--json", "print JSON, one document per line");
}

export function registryOf({ registry }: Pick<ConnectionFlags, "registry">): RegistryClient {
  return new RegistryClient({ url: registry, tries: REGISTRY_TRIES });
}

/** Connects, runs `use`, and closes everything again. */
export async function withConnection<T>(
  flags: Pick<ConnectionFlags, "brokers" | "registry">,
  use: (connected: Connected) => Promise<T>,
): Promise<T> {
  const registry = registryOf(flags);
  const client = new Letterpress({
    brokers: flags.brokers,
    registry,
    clientId: "letterpress-cli",
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
  });
  try {
    return await use({ client, admin: client.admin(), registry });
  } finally {
    await client.close();
  }
}
