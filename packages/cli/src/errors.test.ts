import { LetterpressError } from "@letterpress/client";
import { ContractError } from "@letterpress/codegen";
import { RegistryClientError } from "@letterpress/registry/client";
import { ServerError } from "@letterpress/server";
import { expect, test } from "vitest";
import { CliError } from "./cli-error.ts";
import { describeFailure, reportFailure } from "./errors.ts";
import { memoryIo } from "./testing/memory-io.ts";

const DIAGNOSTIC = { file: "topics.yaml", line: 2, column: 3, rule: "manifest", message: "no" };

test.each([
  [1, new LetterpressError("RECORD_REJECTED", "no")],
  [1, new RegistryClientError("INCOMPATIBLE", "no")],
  [1, new CliError("DRIFT", "no")],
  [1, new Error("no")],
  [1, "no"],
  [2, new LetterpressError("INVALID_ARGUMENT", "no")],
  [2, new ServerError("LISTEN_FAILED", "no")],
  [2, new ContractError([DIAGNOSTIC])],
  [2, new CliError("USAGE", "no")],
  [2, Object.assign(new Error("no"), { code: "ENOENT" })],
  [3, new LetterpressError("CONNECTION_FAILED", "no")],
  [3, new LetterpressError("REGISTRY_UNAVAILABLE", "no")],
  [3, new RegistryClientError("UNREACHABLE", "no")],
])("exit code %i is for %s", (exitCode, error) => {
  expect(describeFailure(error)).toMatchObject({ exitCode, message: expect.stringContaining("no") });
});

test("a failure is told as compilers do, or as one line of JSON", () => {
  const failure = describeFailure(new ContractError([DIAGNOSTIC]));
  const text = memoryIo();
  reportFailure(text, failure, false);
  reportFailure(text, describeFailure(new CliError("USAGE", "one\ntwo")), false);
  const json = memoryIo();
  reportFailure(json, failure, true);
  return new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
    expect(text.errors()).toBe("topics.yaml:2:3: no (manifest)\nletterpress: one\nletterpress: two\n");
    expect(JSON.parse(json.errors()).error).toEqual({
      code: "INVALID_CONTRACTS",
      message: "topics.yaml:2:3: no (manifest)",
      diagnostics: [DIAGNOSTIC],
    });
  });
});
