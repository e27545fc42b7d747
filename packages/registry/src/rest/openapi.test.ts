import { expect, test } from "vitest";
import { avroRecord, testRegistry } from "../testing/test-registry.ts";
import { createRegistryApp } from "./app.ts";

interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
}
interface Operation {
  readonly parameters?: readonly { name: string; in: string }[];
  readonly responses: Readonly<Record<string, { content: Record<string, { schema: JsonSchema }> }>>;
}
interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
}

async function served() {
  const { registry } = testRegistry();
  const app = createRegistryApp(registry);
  const document = (await (await app.request("/openapi.json")).json()) as OpenApi;
  return { app, document };
}

/** `GET /config/:subject?` stands for two paths. */
function documentedRoutes(method: string, path: string): string[] {
  const named = (text: string) => text.replace(/:(\w+)\??/g, "{$1}");
  const withOptional = `${method} ${named(path)}`;
  return path.endsWith("?")
    ? [withOptional, `${method} ${named(path.replace(/\/:\w+\?$/, ""))}`]
    : [withOptional];
}

test("the document lists the routes that are served, and no others", async () => {
  const { app, document } = await served();
  const routes = app.routes
    .filter(({ method }) => method !== "ALL")
    .flatMap(({ method, path }) => documentedRoutes(method, path));
  const documented = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(documented.sort()).toEqual([...new Set(routes)].sort());
});

test("every operation answers as the document says", async () => {
  const { app, document } = await served();
  const post = (path: string, schema: string) =>
    app.request(path, {
      method: "POST",
      body: JSON.stringify({ schema }),
      headers: { "content-type": "application/json" },
    });
  await post("/subjects/s/versions", avroRecord("Order", "id"));
  const { guid } = (await (await app.request("/schemas/ids/1")).json()) as { guid: string };
  const values: Record<string, string> = {
    subject: "s",
    version: "1",
    id: "1",
    guid,
    namespace: "n",
    name: "t",
  };
  const bodies: Record<string, string> = {
    config: '{"compatibility":"NONE"}',
    mode: '{"mode":"READWRITE"}',
    subjects: JSON.stringify({ schema: avroRecord("Order", "id") }),
    compatibility: JSON.stringify({ schema: avroRecord("Order", "id") }),
  };
  const order = ["post", "put", "get", "delete"];
  const calls = Object.entries(document.paths)
    .flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, one]) => ({ path, method, one })),
    )
    .sort((a, b) => order.indexOf(a.method) - order.indexOf(b.method) || b.path.length - a.path.length);
  for (const { path, method, one } of calls) {
    const url = path.replace(/\{(\w+)\}/g, (_, name: string) => values[name]!);
    const body = bodies[path.split("/")[1]!];
    const response = await app.request(url, {
      method,
      ...(method === "post" || method === "put" ? { body } : {}),
      headers: { "content-type": "application/json" },
    });
    const documented = one.responses[response.status];
    expect(documented, `${method} ${url} answers ${response.status}`).toBeDefined();
    const { schema } = documented!.content["application/json"]!;
    expect(mismatch(await readJson(response), schema, document), `${method} ${url}`).toBeUndefined();
  }
});

/** Texts of schemas are answered bare. */
async function readJson(response: Response): Promise<unknown> {
  const text = await response.text();
  return text.startsWith('{"type"') ? text : JSON.parse(text);
}

/** The first place where a value is not what its JSON schema says; objects may not have members it does not name. */
function mismatch(value: unknown, schema: JsonSchema, document: OpenApi, at = "$"): string | undefined {
  if (schema.$ref !== undefined) {
    return mismatch(value, document.components.schemas[schema.$ref.split("/").at(-1)!]!, document, at);
  }
  switch (schema.type) {
    case "string":
    case "boolean":
      return typeof value === schema.type ? undefined : at;
    case "integer":
      return Number.isInteger(value) ? undefined : at;
    case "array":
      if (!Array.isArray(value)) return at;
      return value
        .map((item, index) => mismatch(item, schema.items!, document, `${at}[${index}]`))
        .find(Boolean);
    default: {
      if (typeof value !== "object" || value === null) return at;
      const missing = schema.required?.find((name) => !(name in value));
      if (missing !== undefined) return `${at}.${missing}`;
      if (schema.properties === undefined) return undefined;
      return Object.entries(value)
        .map(([name, member]) => {
          const own = schema.properties![name];
          return own === undefined ? `${at}.${name}` : mismatch(member, own, document, `${at}.${name}`);
        })
        .find(Boolean);
    }
  }
}
