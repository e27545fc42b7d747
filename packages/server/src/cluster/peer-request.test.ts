import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isUnreached, openPeers, type PeerRequest } from "./peer-request.ts";

const fixtures = join(import.meta.dirname, "../../../client/test/fixtures");
const certificate = join(fixtures, "localhost.cert.pem");
const key = join(fixtures, "localhost.key.pem");
const REQUEST: PeerRequest = {
  method: "POST",
  headers: new Headers({ "content-type": "application/json", authorization: "Basic eA==" }),
  body: new TextEncoder().encode(`{"a":1}`).buffer as ArrayBuffer,
  timeoutMs: 5_000,
};

/** Answers with what it was sent. */
async function withPeer(isTls: boolean, use: (url: string) => Promise<void>): Promise<void> {
  const server = isTls
    ? createTlsServer({ cert: readFileSync(certificate), key: readFileSync(key) })
    : createServer();
  server.on("request", async (request, response) => {
    if (request.url === "/nothing") {
      response.writeHead(204).end();
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    response.writeHead(409, { "x-method": request.method, "x-authorization": request.headers.authorization });
    response.end(Buffer.concat(chunks));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = (server as Server).address() as AddressInfo;
  try {
    await use(`${isTls ? "https" : "http"}://localhost:${port}`);
  } finally {
    server.close();
    (server as Server).closeAllConnections();
  }
}

test.each([false, true])("a request reaches another broker whole, over TLS: %s", async (isTls) => {
  await withPeer(isTls, async (url) => {
    const askPeer = await openPeers(isTls ? certificate : undefined);
    const answer = await askPeer(`${url}/subjects`, REQUEST);
    expect(answer.status).toBe(409);
    expect(answer.headers.get("x-method")).toBe("POST");
    expect(answer.headers.get("x-authorization")).toBe("Basic eA==");
    expect(await answer.json()).toEqual({ a: 1 });
    expect((await askPeer(`${url}/nothing`, REQUEST)).status).toBe(204);
  });
});

test("a broker whose certificate nobody vouches for is not asked", async () => {
  await withPeer(true, async (url) => {
    const askPeer = await openPeers(undefined);
    const failure: unknown = await askPeer(url, REQUEST).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
    expect(isUnreached(failure)).toBe(false);
  });
});

test("a broker that is not there was not reached, so that the request may be sent anew", async () => {
  let gone = "";
  await withPeer(false, async (url) => {
    gone = url;
  });
  const askPeer = await openPeers(undefined);
  expect(isUnreached(await askPeer(gone, REQUEST).catch((error: unknown) => error))).toBe(true);
});
