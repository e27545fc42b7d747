import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startServer } from "./start-server.ts";

const quiet = { kafka: "127.0.0.1:0", http: "127.0.0.1:0", log: { level: "silent" } } as const;

async function json(url: string): Promise<unknown> {
  return (await fetch(url)).json();
}

test("a server in memory answers on every door", async () => {
  await using server = await startServer(quiet);
  expect(server.kafka).toMatch(/^127\.0\.0\.1:\d+$/);
  expect(await json(`${server.http}/subjects`)).toEqual([]);
  expect(await json(`${server.http}/health/ready`)).toEqual({ status: "ready" });
  expect(await (await fetch(`${server.http}/metrics`)).text()).toContain("letterpress_connections 0");
});

test("schemas outlive a restart", async () => {
  const data = await mkdtemp(join(tmpdir(), "letterpress-server-"));
  try {
    const first = await startServer({ ...quiet, data });
    const body = JSON.stringify({ schema: '"string"' });
    const headers = { "content-type": "application/vnd.schemaregistry.v1+json" };
    await fetch(`${first.http}/subjects/a-value/versions`, { method: "POST", body, headers });
    await first.close();
    await using second = await startServer({ ...quiet, data });
    expect(await json(`${second.http}/subjects/a-value/versions/1`)).toMatchObject({
      id: 1,
      schema: '"string"',
    });
  } finally {
    await rm(data, { recursive: true, force: true });
  }
});

test("two servers cannot share a data folder, and the second one says why", async () => {
  const data = await mkdtemp(join(tmpdir(), "letterpress-server-"));
  try {
    await using _first = await startServer({ ...quiet, data });
    await expect(startServer({ ...quiet, data })).rejects.toMatchObject({ code: "DATA_LOCKED" });
  } finally {
    await rm(data, { recursive: true, force: true });
  }
});

test.each(["kafka", "http"] as const)(
  "an address of %s that is in use is named with the setting to change",
  async (setting) => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as { port: number };
    try {
      await expect(startServer({ ...quiet, [setting]: `127.0.0.1:${port}` })).rejects.toMatchObject({
        code: "LISTEN_FAILED",
        message: expect.stringContaining(`--${setting}`),
      });
    } finally {
      other.close();
    }
  },
);

test("incompatible schemas are answered with the code that is configured", async () => {
  await using server = await startServer({ ...quiet, registry: { incompatibleCode: 40901 } });
  const register = async (type: string) => {
    const body = JSON.stringify({ schema: JSON.stringify(type) });
    const headers = { "content-type": "application/json" };
    return fetch(`${server.http}/subjects/a-value/versions`, { method: "POST", body, headers });
  };
  await register("string");
  const refused = await register("int");
  expect(refused.status).toBe(409);
  expect(await refused.json()).toMatchObject({ error_code: 40901 });
});

test("settings that make no sense are listed", async () => {
  await expect(startServer({ ...quiet, broker: { "num.partitons": 3 } })).rejects.toMatchObject({
    code: "INVALID_CONFIG",
    message: expect.stringContaining("num.partitons"),
  });
});
