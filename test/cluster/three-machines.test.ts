import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { runHere } from "../../packages/cli/src/testing/cli-session.ts";
import { CliProcess, type CliRun } from "../../packages/cli/src/testing/run-cli.ts";
import { readPage, root } from "../docs/pages.ts";
import { waitFor } from "../support/wait-for.ts";
import { findNatsServer } from "./find-nats-server.ts";
import { type ConfigParts, NatsCluster } from "./nats-cluster.ts";

const run = promisify(execFile);
const hasKcat = spawnSync("kcat", ["-V"]).status === 0;
const found = findNatsServer();
if (found.missing !== undefined)
  console.log(`the three machines of the docs are not tested: ${found.missing}`);

const page = readPage("docs/cluster.md").text;
const fixtures = join(import.meta.dirname, "fixtures");

/** A sample configuration, with loopback, free ports and the test's own folders in place of those of a machine. */
function onLoopback(sample: string): (parts: ConfigParts) => string {
  const text = readFileSync(join(root, "docs/examples", sample), "utf8");
  return ({ name, own, routes, store }) =>
    text
      .replace("server_name: one", `server_name: ${name}`)
      .replace("0.0.0.0:4222", `"127.0.0.1:${own.client}"`)
      .replace("127.0.0.1:8222", `"127.0.0.1:${own.monitor}"`)
      .replace("0.0.0.0:6222", `"127.0.0.1:${own.route}"`)
      .replace(/routes: \[.*\]/, `routes: [${routes.map((address) => `nats://${address}`).join(", ")}]`)
      .replace("/var/lib/nats", JSON.stringify(store))
      .replaceAll(/\/etc\/nats\/([\w.]+)/g, (_, file: string) => JSON.stringify(join(fixtures, file)));
}

/** The arguments of a command of the page, which begins with these words. */
function commandOf(beginning: string): string[] {
  const start = page.indexOf(beginning);
  if (start < 0) throw new Error(`the page has no command that begins with ${beginning}`);
  const end = page.indexOf("```", start);
  return page.slice(start, end).replaceAll("\\\n", " ").trim().split(/\s+/);
}

describe.skipIf(found.path === undefined)("three machines, as docs/cluster.md has it", () => {
  const folder = mkdtempSync(join(tmpdir(), "letterpress-machines-"));
  let nats: NatsCluster;
  const brokers: CliProcess[] = [];
  beforeAll(async () => {
    nats = await NatsCluster.startWith(found.path!, 3, onLoopback("nats-server.conf"));
  });
  afterAll(async () => {
    await Promise.all(brokers.map((broker) => broker.stop("SIGKILL")));
    await nats?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The machines' names stand for ports of loopback. */
  const local = (argument: string): string =>
    argument.replace(/nats:\/\/one:4222,.*/, nats.urls.join(",")).replace(/^0\.0\.0\.0:\d+$/, "127.0.0.1:0");
  const kafka: string[] = [];
  const status = (): Promise<CliRun> => {
    const [, ...args] = commandOf("letterpress cluster status --cluster");
    return runHere([...args.map(local), "--json"]);
  };

  test("the page shows the sample configuration", () => {
    expect(page).toContain(readFileSync(join(root, "docs/examples/nats-server.conf"), "utf8"));
  });

  test("the NATS servers acknowledge what is on disk", async () => {
    for (const server of nats.servers) {
      expect(await server.monitor("/jsz")).toMatchObject({ config: { sync_always: true } });
    }
  });

  test("every machine starts its broker, and nothing is wrong", async () => {
    const [, ...args] = commandOf("letterpress serve --cluster nats://one");
    for (const nodeId of ["1", "2", "3"]) {
      const own = args.map(local);
      own[own.indexOf("--node-id") + 1] = nodeId;
      // The ports of one machine cannot be those of three: where clients reach a broker is what it listens on.
      own.splice(own.indexOf("--advertised"), 2);
      brokers.push(new CliProcess([...own, "--cluster-session-ms", "5000", "--json"], { cwd: folder }));
    }
    for (const broker of brokers) kafka.push((JSON.parse(await broker.line()) as { kafka: string }).kafka);
    const created = await runHere(["topic", "create", "t", "--partitions", "6", "--brokers", kafka[0]!]);
    expect([created.code, created.stderr]).toEqual([0, ""]);
    await waitFor("nothing to be wrong", async () => (await status()).code === 0, 30_000);
    const { brokers: live, partitions, advice } = JSON.parse((await status()).stdout);
    expect(live.map(({ nodeId }: { nodeId: number }) => nodeId)).toEqual([1, 2, 3]);
    const own = partitions.filter(({ topic }: { topic: string }) => topic === "t");
    expect(own).toHaveLength(6);
    expect(own[0]).toMatchObject({ replicas: 3, replicasInSync: 3, replicasMissing: [] });
    expect(advice.join()).toContain("sync_interval: always");
  }, 30_000);

  test.skipIf(!hasKcat)("clients learn of every broker from one", async () => {
    const { stdout } = await run("kcat", ["-b", kafka[1]!, "-L", "-J"]);
    expect((JSON.parse(stdout) as { brokers: unknown[] }).brokers).toHaveLength(3);
  });

  test("the status names a NATS server that is gone, and ends with 1", async () => {
    const [gone] = nats.servers;
    await gone!.kill();
    const isNamed = async (): Promise<boolean> => {
      const { code, stdout, stderr } = await status();
      return (
        code === 1 &&
        stdout.includes(`NATS server ${gone!.name} is not in sync`) &&
        stderr.includes("UNHEALTHY")
      );
    };
    await waitFor("the server to be named", isNamed, 60_000);
    await gone!.start();
    await waitFor("nothing to be wrong again", async () => (await status()).code === 0, 60_000);
  }, 130_000);

  test("the status shows no broker that was killed, and that nobody is left", async () => {
    const live = async (): Promise<number> => JSON.parse((await status()).stdout).brokers.length;
    await brokers[0]!.stop("SIGKILL");
    await waitFor("two to be left", async () => (await live()) === 2, 30_000);
    await waitFor("them to lead everything", async () => (await status()).code === 0, 30_000);
    await Promise.all(brokers.slice(1).map((broker) => broker.stop("SIGKILL")));
    await waitFor("nobody to be left", async () => (await live()) === 0, 30_000);
    // Every NATS server forgets a session by its own clock, so another one may still show a broker for a moment.
    await waitFor("every look to say so", async () => {
      const words = await runHere(["cluster", "status", "--cluster", nats.urls[1]!]);
      const isSaid = words.stdout.includes("Problem: no broker is alive");
      return isSaid && words.code === 1 && words.stderr.startsWith("letterpress: 1 problem");
    });
  }, 100_000);
});

describe.skipIf(found.path === undefined)("three machines with TLS and an account", () => {
  const folder = mkdtempSync(join(tmpdir(), "letterpress-machines-"));
  let nats: NatsCluster;
  beforeAll(async () => {
    vi.stubEnv("NATS_BROKER_PASSWORD", "secret");
    vi.stubEnv("NATS_ADMIN_PASSWORD", "other");
    nats = await NatsCluster.startWith(found.path!, 3, onLoopback("nats-server-tls.conf"));
  });
  afterEach(() => vi.unstubAllEnvs());
  afterAll(async () => {
    await nats?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  test("brokers and commands are let in with flags and a password from the environment", async () => {
    const args = commandOf("letterpress serve --cluster tls://one").slice(1);
    const replaced = args.map((argument) =>
      argument
        .replace(/tls:\/\/one:4222,.*/, nats.urls.join(",").replaceAll("nats:", "tls:"))
        .replace("/etc/nats/ca.cert.pem", join(fixtures, "ca.cert.pem"))
        .replace(/^0\.0\.0\.0:\d+$/, "127.0.0.1:0"),
    );
    const env = { LETTERPRESS_NATS_PASSWORD: "secret" };
    await using broker = new CliProcess([...replaced, "--json"], { cwd: folder, env });
    await broker.line();
    const nats1 = [
      "--cluster",
      nats.urls[0]!,
      "--nats-user",
      "broker",
      "--nats-ca",
      join(fixtures, "ca.cert.pem"),
    ];
    const status = (password: string): Promise<CliRun> =>
      runHere(["cluster", "status", ...nats1, "--nats-password", password, "--json"]);
    await waitFor("nothing to be wrong", async () => (await status("secret")).code === 0, 30_000);
    const refused = await status("wrong");
    expect(refused.code).toBe(3);
    expect(refused.stderr).toMatch(/CLUSTER_UNAVAILABLE.*refuses this user/);
    const untrusted = await runHere(["cluster", "status", "--cluster", nats.urls[0]!]);
    expect(untrusted).toMatchObject({ code: 3, stderr: expect.stringContaining("--nats-ca") });
    const unnamed = await runHere(["cluster", "status"]);
    expect(unnamed).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("--cluster: name at least one"),
    });
    expect(await broker.stop()).toBe(0);
  }, 90_000);
});
