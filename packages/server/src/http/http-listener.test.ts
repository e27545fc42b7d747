import { readFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startServer } from "../start-server.ts";

const fixtures = join(import.meta.dirname, "../../../client/test/fixtures");
const certificate = join(fixtures, "localhost.cert.pem");
const key = join(fixtures, "localhost.key.pem");
const quiet = { kafka: "127.0.0.1:0", http: "127.0.0.1:0", log: { level: "silent" } } as const;

function statusOf(url: string, method: string, credentials: string | undefined): Promise<number | undefined> {
  const auth =
    credentials === undefined
      ? {}
      : { authorization: `Basic ${Buffer.from(credentials).toString("base64")}` };
  const headers = { "content-type": "application/json", ...auth };
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { method, headers, ca: readFileSync(certificate), servername: "localhost" },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      },
    );
    sent.on("error", reject);
    sent.end(method === "POST" ? JSON.stringify({ schema: '"string"' }) : undefined);
  });
}

test("the registry is served over TLS to those who may use it", async () => {
  const users = [
    { username: "reader", password: "r", role: "read" as const },
    { username: "writer", password: "w", role: "write" as const },
  ];
  await using server = await startServer({ ...quiet, httpTls: { certificate, key }, registry: { users } });
  expect(server.http).toMatch(/^https:/);
  const versions = `${server.http}/subjects/a-value/versions`;
  expect(await statusOf(versions, "POST", undefined)).toBe(401);
  expect(await statusOf(versions, "POST", "reader:r")).toBe(403);
  expect(await statusOf(versions, "POST", "writer:wrong")).toBe(401);
  expect(await statusOf(versions, "POST", "writer:w")).toBe(200);
  expect(await statusOf(versions, "GET", "reader:r")).toBe(200);
  expect(await statusOf(`${server.http}/health/ready`, "GET", undefined)).toBe(200);
});

test("a certificate that is not there is named with the setting", async () => {
  const httpTls = { certificate: join(fixtures, "nothing.pem"), key };
  await expect(startServer({ ...quiet, httpTls })).rejects.toMatchObject({
    code: "INVALID_CONFIG",
    message: expect.stringContaining("httpTls"),
  });
});
