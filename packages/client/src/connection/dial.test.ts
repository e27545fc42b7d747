import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import tls from "node:tls";
import { expect, test } from "vitest";
import { resolveClientOptions } from "../client-options.ts";
import { dial } from "./dial.ts";

const fixture = (name: string): Buffer =>
  readFileSync(new URL(`../../test/fixtures/${name}`, import.meta.url));
const cert = fixture("localhost.cert.pem");

async function withTlsServer(run: (port: number) => Promise<void>): Promise<void> {
  const server = tls.createServer({ key: fixture("localhost.key.pem"), cert }, (socket) =>
    socket.pipe(socket),
  );
  server.on("tlsClientError", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await run((server.address() as AddressInfo).port);
  } finally {
    server.close();
  }
}

function dialTls(port: number, options: true | tls.ConnectionOptions) {
  const resolved = resolveClientOptions({ brokers: [`127.0.0.1:${port}`], tls: options });
  return dial({ host: "127.0.0.1", port }, resolved);
}

test("a broker whose certificate is trusted is reached over TLS", async () => {
  await withTlsServer(async (port) => {
    const socket = await dialTls(port, { ca: cert });
    expect((socket as tls.TLSSocket).authorized).toBe(true);
    socket.destroy();
  });
});

test("a broker whose certificate is not trusted is refused", async () => {
  await withTlsServer(async (port) => {
    await expect(dialTls(port, true)).rejects.toMatchObject({ code: "CONNECTION_FAILED" });
  });
});
