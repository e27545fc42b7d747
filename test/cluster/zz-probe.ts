import { NatsCluster } from "./nats-cluster.ts";
import { connectControl } from "../../packages/cluster/src/nats/nats-control.ts";
const bin = "/work/main/.oracles/nats/nats-server";
await using c = await NatsCluster.start(bin, 3);
const control = await connectControl({ servers: c.urls });
console.log(JSON.stringify(await control.api.call("INFO", {}, 2000)));
const cfg = (n: number, extra = {}) => ({ name: "K_probe_" + n, subjects: ["k.probe." + n], num_replicas: n, storage: "memory", ...extra });
for (const n of [1, 3, 3, 3, 5, 2]) {
  const t = performance.now();
  try {
    await control.api.call("STREAM.CREATE.K_probe_" + n, cfg(n), 5000);
    const t2 = performance.now();
    await control.api.call("STREAM.DELETE.K_probe_" + n, {}, 5000);
    console.log(n, "ok", t2 - t, performance.now() - t2);
  } catch (e) { console.log(n, String(e), (e as any).errorNumber, performance.now() - t); }
}
await control.api.call("STREAM.CREATE.K_a", { name: "K_a", subjects: ["k.a"], num_replicas: 3 }, 5000);
const t0 = performance.now();
const show = async (what: string) => {
  const t = performance.now();
  try {
    const l: any = await control.api.call("STREAM.LIST", { subject: "k.>" }, 5000);
    console.log(what, ((performance.now() - t0) / 1000).toFixed(1), "list", (performance.now() - t).toFixed(0), JSON.stringify(l.streams?.map((s: any) => s.cluster)), JSON.stringify(l.missing), l.offline);
  } catch (e) { console.log(what, String(e)); }
};
await show("start");
const info: any = await control.api.streamInfo("K_a");
const leader = info.cluster.leader;
const follower = c.servers.find((s) => s.name !== leader && s.url !== undefined && s.ports.client !== 0 && s !== c.servers[0])!;
console.log("leader", leader, "kill", follower.name);
const kill = process.argv[2] === "pause" ? () => follower.pause() : () => follower.kill();
await kill();
for (let i = 0; i < 8; i++) { await show("killed"); await new Promise((r) => setTimeout(r, i < 4 ? 500 : 3000)); }
for (const n of [3]) {
  const t = performance.now();
  try {
    await control.api.call("STREAM.CREATE.K_probe_" + n, cfg(n), 5000);
    console.log(n, "ok", performance.now() - t);
    await control.api.call("STREAM.DELETE.K_probe_" + n, {}, 5000);
  } catch (e) { console.log(n, String(e), (e as any).errorNumber, performance.now() - t); }
}
if (process.argv[2] === "pause") follower.resume(); else await follower.start();
for (let i = 0; i < 5; i++) { await show("back"); await new Promise((r) => setTimeout(r, 500)); }
follower.resume();
await control.close();
