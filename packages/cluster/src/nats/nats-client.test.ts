import { createServer } from "node:net";
import { expect, test } from "vitest";
import { isGreeting, withoutRepeats } from "./nats-client.ts";

test("addresses are the same when host and port are, however they are written", () => {
  const addresses = ["nats://a:4222", "b:4223", "tls://a", "nats://b:4223", "[::1]:4222", "nats://[::1]"];
  expect(withoutRepeats(addresses)).toEqual(["nats://a:4222", "b:4223", "[::1]:4222"]);
});

test("a server greets, one that says nothing or is not there does not", async () => {
  const open = async (onConnection: (socket: import("node:net").Socket) => void) => {
    const server = createServer(onConnection);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    return { server, address: `nats://127.0.0.1:${port}` };
  };
  const greeting = await open((socket) => socket.end("INFO {}\r\n"));
  const silent = await open(() => {});
  const gone = await open(() => {});
  await new Promise((resolve) => gone.server.close(resolve));
  const answers = [greeting, silent, gone].map(({ address }) => isGreeting(address));
  expect(await Promise.all(answers)).toEqual([true, false, false]);
  greeting.server.close();
  silent.server.close();
});
