import { expect, test } from "vitest";
import { avroRecord, testRegistry } from "../testing/test-registry.ts";
import { createRegistryApp } from "./app.ts";
import { type RegistryRole, staticAuthenticator } from "./auth.ts";

const BODY = JSON.stringify({ schema: avroRecord("Order", "id") });

function testApp() {
  const authenticate = staticAuthenticator({
    users: [
      { username: "reader", password: "pass:word", role: "read" },
      { username: "writer", password: "p", role: "write" },
    ],
    tokens: [{ token: "t0k3n", role: "admin" }],
  });
  return createRegistryApp(testRegistry().registry, { authenticate });
}

const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
const AUTHORIZATION: Record<RegistryRole, string> = {
  read: basic("reader", "pass:word"),
  write: basic("writer", "p"),
  admin: "Bearer t0k3n",
};

test("strangers are refused, and told how to show themselves", async () => {
  const app = testApp();
  for (const authorization of [
    undefined,
    basic("reader", "p"),
    basic("writer", ""),
    "Bearer t",
    "Basic !",
    "x",
  ]) {
    const headers = authorization === undefined ? {} : { authorization };
    const response = await app.request("/subjects", { headers });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error_code: 40101 });
    expect(response.headers.get("www-authenticate")).toContain("Basic");
  }
});

test("each operation needs its role", async () => {
  const app = testApp();
  const needed: [RegistryRole, string, string][] = [
    ["read", "GET", "/subjects"],
    ["read", "POST", "/compatibility/subjects/s/versions/latest"],
    ["write", "POST", "/subjects/s/versions"],
    ["read", "POST", "/subjects/s"],
    ["write", "POST", "/contexts/.lab/subjects/s/versions"],
    ["admin", "PUT", "/config"],
    ["write", "DELETE", "/subjects/s"],
    ["admin", "DELETE", "/subjects/s?permanent=TRUE"],
    ["admin", "DELETE", "/mode/s"],
  ];
  const allowed: string[] = [];
  for (const [, method, path] of needed) {
    for (const role of ["read", "write", "admin"] as const) {
      const headers = { authorization: AUTHORIZATION[role], "content-type": "application/json" };
      const response = await app.request(
        path,
        method === "GET" ? { headers } : { method, headers, body: BODY },
      );
      if (response.status === 403) {
        expect(await response.json()).toMatchObject({ error_code: 40301 });
      } else {
        allowed.push(`${role} ${method} ${path}`);
        break;
      }
    }
  }
  expect(allowed).toEqual(needed.map(([role, method, path]) => `${role} ${method} ${path}`));
});
