import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { resolveClusterConfig } from "./cluster-flags.ts";
import { memoryIo } from "./testing/memory-io.ts";

let cwd: string;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "letterpress-cli-"));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

test("a cluster is found with what a broker's config file says, and flags and environment win over it", () => {
  writeFileSync(
    join(cwd, "letterpress.yaml"),
    "kafka: h:1\ncluster: {servers: [nats://a:1], user: u, password: file, tls: {caFile: ca.pem}}\n",
  );
  const env = { LETTERPRESS_NATS_PASSWORD: "secret" };
  expect(resolveClusterConfig({ cluster: "nats://b:1, tls://c:2" }, memoryIo({ cwd, env }))).toEqual({
    servers: ["nats://b:1", "tls://c:2"],
    replicas: 3,
    sessionMs: 15_000,
    user: "u",
    password: "secret",
    tls: { caFile: "ca.pem" },
  });
});

test("every flag has its setting, and every setting a variable", () => {
  const flags = {
    cluster: "nats://a:1",
    replicas: "5",
    clusterSessionMs: "4000",
    natsUser: "user",
    natsPassword: "password",
    natsCa: "ca",
    natsCert: "cert",
    natsKey: "key",
  };
  const env = {
    LETTERPRESS_CLUSTER: "nats://a:1",
    LETTERPRESS_REPLICAS: "5",
    LETTERPRESS_CLUSTER_SESSION_MS: "4000",
    LETTERPRESS_NATS_USER: "user",
    LETTERPRESS_NATS_PASSWORD: "password",
    LETTERPRESS_NATS_CA: "ca",
    LETTERPRESS_NATS_CERT: "cert",
    LETTERPRESS_NATS_KEY: "key",
  };
  expect(resolveClusterConfig(flags, memoryIo({ cwd }))).toEqual(
    resolveClusterConfig({}, memoryIo({ cwd, env })),
  );
  const creds = resolveClusterConfig({ cluster: "nats://a:1", natsCredentials: "f" }, memoryIo({ cwd }));
  const variable = { LETTERPRESS_CLUSTER: "nats://a:1", LETTERPRESS_NATS_CREDENTIALS: "f" };
  expect(creds).toEqual(resolveClusterConfig({}, memoryIo({ cwd, env: variable })));
});

test("mistakes name the flag or the variable that they are in", () => {
  const resolve = (flags: object, env = {}) => {
    return () => resolveClusterConfig(flags, memoryIo({ cwd, env }));
  };
  expect(resolve({})).toThrow(/^--cluster: name at least one NATS server/);
  expect(resolve({ cluster: "one:4222" })).toThrow(/^--cluster: must be "nats:\/\//);
  expect(resolve({}, { LETTERPRESS_CLUSTER: "one:4222" })).toThrow(/^LETTERPRESS_CLUSTER: must be "nats:/);
  const servers = { cluster: "nats://one:4222" };
  expect(resolve({ ...servers, replicas: "2" })).toThrow(/^--replicas: must be 1, 3 or 5/);
  expect(resolve({ ...servers, natsPassword: "p" })).toThrow(/^--nats-password: a password needs a user/);
  expect(resolve({ ...servers, natsCert: "c" })).toThrow(/certFile and keyFile belong together/);
  expect(resolve({ ...servers, natsUser: "u", natsToken: "t" })).toThrow(/exclude each other/);
  expect(resolve(servers, { LETTERPRESS_NATS_PASSWORD: "p" })).toThrow(/^LETTERPRESS_NATS_PASSWORD: /);
});
