import { expect } from "vitest";
import { createRegistryApp } from "../rest/app.ts";
import { testRegistry } from "./test-registry.ts";

/** A REST interface over an empty registry; `call` gives status and body. */
export function testApp(options: { bodyBytesMax?: number } = {}) {
  const { registry } = testRegistry();
  const app = createRegistryApp(registry, options);
  async function call(route: string, body?: unknown): Promise<{ status: number; body: unknown }> {
    const [method, path] = route.split(" ") as [string, string];
    const headers = { "content-type": "application/vnd.schemaregistry.v1+json" };
    const init = body === undefined ? { method } : { method, headers, body: JSON.stringify(body) };
    const response = await app.request(path, init);
    const text = await response.text();
    return { status: response.status, body: JSON.parse(text) };
  }
  return { app, registry, call };
}

/** What a failed call answers with. */
export function failure(status: number, code: number) {
  return { status, body: { error_code: code, message: expect.any(String) } };
}
