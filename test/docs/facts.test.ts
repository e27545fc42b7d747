import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { LetterpressErrorCode } from "@letterpress/client";
import { environmentSource, serverConfigSchema } from "@letterpress/server";
import { startTestServer } from "@letterpress/testing";
import { expect, test } from "vitest";
import { manifestSchema } from "../../codegen/src/contracts/manifest.ts";
import { withFacts } from "./facts.ts";
import { tableRows } from "./markdown-table.ts";
import { readPage, readPages, root } from "./pages.ts";

const firstCells = (page: string, heading: string): string[] =>
  tableRows(readPage(page).text, heading).map(([cell]) => cell!);

/** The names of an interface's properties, in the order of the source. */
function propertiesOf(file: string, name: string): string[] {
  const source = readFileSync(join(root, file), "utf8");
  const body = new RegExp(`export interface ${name}\\b[^{]*\\{([\\s\\S]*?)\\n\\}`).exec(source)?.[1] ?? "";
  return [...body.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, property]) => property!);
}

test.each(readPages().filter(({ text }) => text.includes("<!-- facts:")))(
  "$path tells the facts of the source (test/docs/update-facts.ts brings it up to date)",
  ({ text }) => expect(text).toBe(withFacts(text)),
);

test("docs/server.md has every setting of the server, with its variable", () => {
  const rows = tableRows(readPage("docs/server.md").text, "setting").map(([name, , variables]) => ({
    name: name!,
    variables: variables!.split(", ").filter((variable) => variable !== ""),
  }));
  const settings = Object.entries(serverConfigSchema.shape).flatMap(([name, schema]) => {
    const inner = unwrap(schema);
    return "shape" in inner ? Object.keys(inner.shape as object).map((each) => `${name}.${each}`) : [name];
  });
  expect(rows.map(({ name }) => name).toSorted()).toEqual(settings.toSorted());
  for (const { name, variables } of rows.filter((row) => row.name !== "broker")) {
    for (const variable of variables) {
      const { settings } = environmentSource({ [variable]: "7" });
      expect(JSON.stringify(valueAt(settings, name.split(".")))).toContain("7");
    }
  }
});

function valueAt(settings: unknown, [first, ...rest]: readonly string[]): unknown {
  return first === undefined ? settings : valueAt((settings as Record<string, unknown>)?.[first], rest);
}

/** The schema within `optional()`, `default()` and the like. */
function unwrap(schema: object): object {
  const inner = (schema as { def?: { innerType?: object } }).def?.innerType;
  return inner === undefined ? schema : unwrap(inner);
}

test("docs/contracts.md has every setting of topics.yaml", () => {
  const { topics, generate } = manifestSchema.shape;
  expect(firstCells("docs/contracts.md", "topic setting")).toEqual(Object.keys(topics.valueType.shape));
  const generation = unwrap(generate) as { shape: object };
  expect(firstCells("docs/contracts.md", "`generate` setting")).toEqual(Object.keys(generation.shape));
});

test("docs/server.md has every metric of the server", async () => {
  await using server = await startTestServer();
  const text = await (await fetch(`${server.registry}/metrics`)).text();
  const metrics = [...text.matchAll(/^# TYPE (letterpress_\w+)/gm)].map(([, name]) => name!);
  expect(firstCells("docs/server.md", "metric").toSorted()).toEqual(metrics.toSorted());
});

test.each([
  ["client option", "client-options.ts", "ClientOptions"],
  ["producer option", "producer/producer-options.ts", "ProducerOptions"],
  ["typed producer option", "typed/typed-producer.ts", "TypedProducerOptions"],
  ["consumer option", "consumer/consumer-options.ts", "ConsumerOptions"],
  ["typed consumer option", "typed/typed-consumer.ts", "TypedConsumerOptions"],
])("docs/sdk.md has every %s", (heading, file, name) => {
  const properties = propertiesOf(`packages/client/src/${file}`, name);
  expect(properties.length).toBeGreaterThan(0);
  expect(firstCells("docs/sdk.md", heading)).toEqual(properties);
});

test("docs/testing.md has every option of startTestServer", () => {
  const options = propertiesOf("packages/testing/src/test-server.ts", "TestServerOptions");
  expect(firstCells("docs/testing.md", "option")).toEqual(options);
});

test("docs/sdk.md says what to do about every error code", () => {
  // The compiler refuses this list while it lacks a code or has one too many.
  const codes: Record<LetterpressErrorCode, true> = {
    INVALID_ARGUMENT: true,
    CONNECTION_FAILED: true,
    REQUEST_TIMEOUT: true,
    PROTOCOL_VIOLATION: true,
    UNSUPPORTED_VERSION: true,
    AUTHENTICATION_FAILED: true,
    AUTHORIZATION_FAILED: true,
    UNKNOWN_TOPIC: true,
    RECORD_REJECTED: true,
    RECORD_TOO_LARGE: true,
    DELIVERY_TIMEOUT: true,
    FENCED: true,
    OFFSET_OUT_OF_RANGE: true,
    GROUP_REBALANCED: true,
    SCHEMA_NOT_FOUND: true,
    REGISTRY_UNAVAILABLE: true,
    ENCODE_FAILED: true,
    DECODE_FAILED: true,
    BROKER_ERROR: true,
    ABORTED: true,
    CLOSED: true,
  };
  expect(firstCells("docs/sdk.md", "code")).toEqual(Object.keys(codes));
});
