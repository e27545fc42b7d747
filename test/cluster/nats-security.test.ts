import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeCluster, type LetterpressServer, startServer } from "@letterpress/server";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { waitFor } from "../support/wait-for.ts";
import { findNatsServer } from "./find-nats-server.ts";
import { NatsCluster } from "./nats-cluster.ts";
import { NatsOperator } from "./nats-operator.ts";

const found = findNatsServer();
if (found.missing !== undefined) console.log(`users and TLS of NATS are not tested: ${found.missing}`);

const fixture = (name: string): string => join(import.meta.dirname, "fixtures", name);
const CA = fixture("ca.cert.pem");
const SERVER_TLS = `cert_file: "${fixture("server.cert.pem")}", key_file: "${fixture("server.key.pem")}"`;

type ClusterSettings = Omit<Parameters<typeof describeCluster>[0], "servers">;

/** A broker that joins with these settings. */
async function startBroker(
  servers: string[],
  settings: ClusterSettings,
  nodeId = 1,
): Promise<LetterpressServer> {
  return startServer({
    cluster: { servers, replicas: 1, sessionMs: 3_000, ...settings },
    nodeId,
    kafka: "127.0.0.1:0",
    http: "127.0.0.1:0",
    log: { level: "silent" },
  });
}

describe.skipIf(found.path === undefined)("a nats-server", () => {
  const folder = mkdtempSync(join(tmpdir(), "letterpress-security-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  let nats: NatsCluster;
  afterEach(() => nats[Symbol.asyncDispose]());
  const start = async (settings: string): Promise<string[]> => {
    nats = await NatsCluster.start(found.path!, 1, settings);
    return nats.urls;
  };
  /** Brokers and the commands that look from outside are let in with the same settings. */
  const letsIn = async (servers: string[], settings: ClusterSettings): Promise<void> => {
    await using broker = await startBroker(servers, settings);
    const { brokers } = await describeCluster({ servers, ...settings });
    expect(brokers.map(({ nodeId }) => nodeId)).toEqual([broker.broker.nodeId]);
  };
  const keepsOut = async (servers: string[], settings: ClusterSettings, message: RegExp): Promise<void> => {
    await expect(startBroker(servers, settings)).rejects.toThrow(message);
    await expect(describeCluster({ servers, ...settings })).rejects.toThrow(message);
  };

  test("with TLS is trusted by its authority only", async () => {
    const servers = await start(`tls { ${SERVER_TLS} }`);
    await letsIn(servers, { tls: { caFile: CA } });
    await keepsOut(servers, {}, /certificate that the system's authorities cannot vouch for.*caFile/);
    const other = fixture("other-ca.cert.pem");
    await keepsOut(servers, { tls: { caFile: other } }, /other-ca\.cert\.pem cannot vouch for/);
    await keepsOut(
      servers,
      { tls: { caFile: fixture("none.pem") } },
      /tls\.caFile cannot be read.*none\.pem/,
    );
  });

  test("with mutual TLS wants a certificate and its key", async () => {
    const servers = await start(`tls { ${SERVER_TLS}, ca_file: "${CA}", verify: true }`);
    const certFile = fixture("client.cert.pem");
    await letsIn(servers, { tls: { caFile: CA, certFile, keyFile: fixture("client.key.pem") } });
    await keepsOut(servers, { tls: { caFile: CA } }, /if it asks clients for a certificate, give certFile/);
    const keyFile = fixture("server.key.pem");
    await keepsOut(servers, { tls: { caFile: CA, certFile, keyFile } }, /key values mismatch/);
  });

  test("without TLS is not talked to where TLS is asked for", async () => {
    const servers = await start("");
    await keepsOut(servers, { tls: { caFile: CA } }, /offers no TLS/);
    const secure = servers.map((url) => url.replace("nats:", "tls:"));
    await keepsOut(secure, {}, /offers no TLS/);
  });

  test("lets in its users", async () => {
    const servers = await start("authorization { user: u, password: p }");
    await letsIn(servers, { user: "u", password: "p" });
    await keepsOut(servers, { user: "u", password: "x" }, /refuses this user.*check user and password/);
    await keepsOut(servers, {}, /refuses this user/);
  });

  test("that refuses a broker for a while finds it again once it lets it in", async () => {
    vi.stubEnv("NATS_TEST_PASSWORD", "p");
    const servers = await start("authorization { user: u, password: $NATS_TEST_PASSWORD }");
    await using broker = await startBroker(servers, { user: "u", password: "p" });
    await broker.broker.createTopic({ name: "t", partitions: 1 });
    const isLed = () => broker.broker.cluster.leaderOf("t", 0)?.leaderId === broker.broker.nodeId;
    await waitFor("the topic to be led", isLed);
    const restartWith = async (password: string): Promise<void> => {
      await nats.servers[0]!.kill();
      vi.stubEnv("NATS_TEST_PASSWORD", password);
      await nats.servers[0]!.start();
    };
    await restartWith("another");
    await waitFor("its session to end", () => !isLed());
    await restartWith("p");
    await waitFor("the topic to be led again", isLed, 30_000);
    vi.unstubAllEnvs();
  }, 60_000);

  test("lets in whoever has its token", async () => {
    const servers = await start("authorization { token: t }");
    await letsIn(servers, { token: "t" });
    await keepsOut(servers, { token: "x" }, /refuses this user/);
  });

  test("lets in credentials that its operator has issued", async () => {
    const operator = new NatsOperator();
    operator.addAccount("A");
    const [own, foreign, text] = ["own.creds", "foreign.creds", "text.creds"].map((name) =>
      join(folder, name),
    );
    writeFileSync(own!, operator.credentials("A"));
    const stranger = new NatsOperator();
    stranger.addAccount("A");
    writeFileSync(foreign!, stranger.credentials("A"));
    writeFileSync(text!, "no credentials");
    const servers = await start(operator.settings());
    await letsIn(servers, { credentialsFile: own! });
    await keepsOut(servers, { credentialsFile: foreign! }, /refuses this user/);
    await keepsOut(servers, { credentialsFile: text! }, /text\.creds is no \.creds file/);
    await keepsOut(servers, { credentialsFile: join(folder, "none") }, /credentialsFile cannot be read/);
  });

  test("keeps brokers of two accounts apart", async () => {
    const operator = new NatsOperator();
    const [a, b] = ["A", "B"].map((name) => {
      operator.addAccount(name);
      writeFileSync(join(folder, name), operator.credentials(name));
      return { credentialsFile: join(folder, name) };
    });
    const servers = await start(operator.settings());
    await using first = await startBroker(servers, a!);
    // Also under the node id that the other account's broker has.
    await using second = await startBroker(servers, b!);
    await first.broker.createTopic({ name: "theirs", partitions: 1 });
    expect(second.broker.topics.get("theirs")).toBeUndefined();
    expect(second.broker.clusterId).not.toBe(first.broker.clusterId);
    expect(second.broker.cluster.brokers()).toHaveLength(1);
    const seen = await describeCluster({ servers, ...b! });
    expect(seen.partitions.filter(({ topic }) => topic === "theirs")).toEqual([]);
  });

  test("without JetStream for the account is refused, with what to change", async () => {
    const servers = await start("accounts { A { users: [{ user: a, password: a }] } }");
    await keepsOut(
      servers,
      { user: "a", password: "a" },
      /JetStream is off for the NATS account.*jetstream: enabled/,
    );
  });

  test("that does not permit what brokers do is refused, with what to permit", async () => {
    const granted = (publish: string, subscribe: string) =>
      `authorization { users: [{ user: u, password: p, permissions: { publish: [${publish}], subscribe: [${subscribe}] } }] }`;
    const subjects = '"k.>", "c.>", "letterpress.>", "$KV.letterpress_leases.>", "_INBOX.>"';
    const user = { user: "u", password: "p" };
    let servers = await start(granted('"k.>", "$JS.API.>"', '"_INBOX.>"'));
    await expect(startBroker(servers, user)).rejects.toThrow(
      /does not permit .*publish to "\$KV\.letterpress_leases\.check".*permit it to publish and subscribe to k\.>/,
    );
    await nats[Symbol.asyncDispose]();
    servers = await start(granted(`${subjects}, "$JS.API.>"`, subjects));
    await letsIn(servers, user);
  });

  test("whose account is full refuses topics, with what to raise", async () => {
    const limits = "max_streams: 5, max_file: 1GB";
    const servers = await start(
      `accounts { A { jetstream: { ${limits} }, users: [{ user: a, password: a }] } }`,
    );
    const user = { user: "a", password: "a" };
    await using broker = await startBroker(servers, user);
    // Leases, metadata, committed offsets and schemas are one stream each.
    await broker.broker.createTopic({ name: "fits", partitions: 1 });
    await waitFor("it to have its stream", () => broker.broker.partition("fits", 0) !== undefined);
    const creating = broker.broker.createTopic({ name: "more", partitions: 1 });
    await expect(creating).rejects.toMatchObject({
      code: "POLICY_VIOLATION",
      message: expect.stringMatching(/has 5 of at most 5 streams.*raise its max_streams/),
    });
    const adding = broker.broker.topics.addPartitions("fits", 2);
    await expect(adding).rejects.toThrow(/raise its max_streams/);
    const { problems } = await describeCluster({ servers, ...user });
    expect(problems).toEqual([expect.stringContaining("raise its max_streams")]);
  });
});
