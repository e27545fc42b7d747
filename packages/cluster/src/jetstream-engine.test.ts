import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { afterEach, expect, test } from "vitest";
import { openJetStreamEngine } from "./jetstream-engine.ts";

let server: Server | undefined;
afterEach(() => server?.close());

/** A server that introduces itself like this, and answers nothing but pings. */
async function introducing(info: object): Promise<string> {
  server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (data) => {
      if (data.includes("PING")) socket.write("PONG\r\n");
    });
    socket.write(`INFO ${JSON.stringify({ server_id: "s", proto: 1, headers: true, ...info })}\r\n`);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return `nats://127.0.0.1:${(server.address() as { port: number }).port}`;
}

const open = (url: string) => openJetStreamEngine({ servers: [url], openTimeoutMs: 0 });
const able = { version: "2.15.2", jetstream: true, max_payload: 8_388_608 };

test.each([
  [
    "an old version",
    { ...able, version: "2.10.27" },
    "NATS_TOO_OLD",
    /is version 2\.10\.27; 2\.11\.0 or later/,
  ],
  ["JetStream switched off", { ...able, jetstream: false }, "JETSTREAM_DISABLED", /add a `jetstream \{/],
  [
    "messages too small",
    { ...able, max_payload: 1024 },
    "NATS_LIMIT",
    /max_payload.*is 1024 bytes; set it to/,
  ],
  ["nobody who answers for JetStream", able, "NATS_UNREACHABLE", /JetStream does not answer/],
])("a server with %s is refused, with what to change", async (_, info, code, message) => {
  const url = await introducing(info);
  await expect(open(url)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
});

test("nobody at the address is told from a server that refuses", async () => {
  const url = await introducing(able);
  server!.close();
  await expect(open(url)).rejects.toMatchObject({
    code: "NATS_UNREACHABLE",
    message: expect.stringContaining("check the addresses"),
  });
});
