import { existsSync } from "node:fs";
import type { KeyContract } from "@letterpress/client";
import type { Contract } from "@letterpress/codegen";
import { type RegistryClient, RegistryClientError } from "@letterpress/registry/client";
import { CliError } from "../cli-error.ts";
import { CONTRACTS_DEFAULT, readContracts } from "../contracts.ts";
import type { JsonCodec, MakeJsonCodec } from "../json/json-codec.ts";
import { type RuntimeContract, runtimeContract } from "./runtime-contract.ts";

/**
 * The contract of a topic: as the contracts say, or, where they do not know it, made of the newest schemas that the
 * registry has for it.
 *
 * @param path The contracts, if the user has named them. Default: `schemas/topics.yaml`, if it is there.
 * @param makeCodec What values and keys look like in JSON.
 * @throws CliError `BAD_INPUT` when nobody knows the topic.
 */
export async function findContract(
  topic: string,
  path: string | undefined,
  registry: RegistryClient,
  makeCodec: MakeJsonCodec,
): Promise<RuntimeContract> {
  const contract = await contractOf(topic, path);
  if (contract !== undefined) return runtimeContract(contract, makeCodec);
  const [value, key] = await Promise.all([
    latestCodec(registry, `${topic}-value`, makeCodec),
    latestCodec(registry, `${topic}-key`, makeCodec),
  ]);
  if (value === undefined) {
    throw new CliError(
      "BAD_INPUT",
      `neither ${path ?? CONTRACTS_DEFAULT} has a topic ${topic}, nor the registry a subject ${topic}-value: ` +
        'add a contract and run "letterpress apply", or send bytes as they are with --raw',
    );
  }
  return {
    value,
    key,
    contract: {
      topic,
      key: key === undefined ? FREE_KEY : { kind: "schema", serde: key.serde },
      value: value.serde,
      partitions: 1,
      partitioner: "murmur2",
      subjectNameStrategy: "TopicName",
    },
  };
}

/** Nobody has said what the key is: none, unless the input gives one. */
const FREE_KEY: KeyContract<unknown, unknown> = {
  kind: "field",
  field: "",
  extract: () => null,
  encode: (key) => key as Buffer,
  decode: (bytes) => bytes,
};

async function contractOf(topic: string, path: string | undefined): Promise<Contract | undefined> {
  if (path === undefined && !existsSync(CONTRACTS_DEFAULT)) return undefined;
  const { topics } = await readContracts(path ?? CONTRACTS_DEFAULT);
  return topics.find((contract) => contract.topic === topic);
}

async function latestCodec(
  registry: RegistryClient,
  subject: string,
  makeCodec: MakeJsonCodec,
): Promise<JsonCodec | undefined> {
  try {
    const { schema } = await registry.latest(subject);
    return makeCodec(await registry.resolve(schema));
  } catch (error) {
    if (error instanceof RegistryClientError && error.code === "NOT_FOUND") return undefined;
    throw error;
  }
}
