import net from "node:net";
import { ApiVersions, encodeResponse, Heartbeat, Metadata } from "@letterpress/protocol";
import { expect, test } from "vitest";
import { resolveClientOptions } from "../client-options.ts";
import { Connection } from "./connection.ts";

type OnData = (socket: net.Socket, chunk: Buffer) => void;

const API_KEYS = [
  { apiKey: 18, minVersion: 0, maxVersion: 2 },
  { apiKey: 3, minVersion: 0, maxVersion: 4 },
  { apiKey: 12, minVersion: 90, maxVersion: 99 },
];

/** Serves one connection: the first request, ApiVersions, is answered as `onFirst` says. */
async function withPeer(
  onFirst: OnData,
  onNext: OnData,
  run: (port: number) => Promise<void>,
): Promise<void> {
  const sockets: net.Socket[] = [];
  const server = net.createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined);
    let handle = onFirst;
    socket.on("data", (chunk: Buffer) => {
      handle(socket, chunk);
      handle = onNext;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await run((server.address() as net.AddressInfo).port);
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

function open(port: number): Promise<Connection> {
  const options = resolveClientOptions({ brokers: [`127.0.0.1:${port}`], requestTimeoutMs: 200 });
  return Connection.open({ host: "127.0.0.1", port }, options);
}

const versions: OnData = (socket) => {
  for (const chunk of encodeResponse(ApiVersions, 4, 1, { errorCode: 0, apiKeys: API_KEYS }))
    socket.write(chunk);
};
const silence: OnData = () => undefined;

test("the newest version that both sides speak is chosen", async () => {
  await withPeer(versions, silence, async (port) => {
    const connection = await open(port);
    expect(connection.versionOf(Metadata)).toBe(4);
    expect(connection.versionOf(Metadata, 2)).toBe(2);
    expect(connection.supports(Heartbeat)).toBe(false);
    expect(() => connection.versionOf(Heartbeat)).toThrow(
      expect.objectContaining({ code: "UNSUPPORTED_VERSION" }),
    );
    connection.close();
  });
});

test("an older broker's refusal of ApiVersions is understood", async () => {
  const unsupported: OnData = (socket) => {
    const refusal = { errorCode: 35, apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 2 }] };
    for (const chunk of encodeResponse(ApiVersions, 0, 1, refusal)) socket.write(chunk);
  };
  const inVersion2: OnData = (socket, chunk) => {
    expect(chunk.readInt16BE(6)).toBe(2);
    for (const part of encodeResponse(ApiVersions, 2, 2, { errorCode: 0, apiKeys: API_KEYS }))
      socket.write(part);
  };
  await withPeer(unsupported, inVersion2, async (port) => {
    const connection = await open(port);
    expect(connection.versionOf(Metadata)).toBe(4);
    connection.close();
  });
});

test("a request that is not answered in time fails, and everything behind it", async () => {
  await withPeer(versions, silence, async (port) => {
    const connection = await open(port);
    const requests = [1, 2].map(() => connection.request(Metadata, { topics: [] }));
    for (const result of await Promise.allSettled(requests)) {
      expect(result).toMatchObject({ reason: { code: "REQUEST_TIMEOUT", retriable: true } });
    }
    expect(connection.isOpen).toBe(false);
    await expect(connection.request(Metadata, { topics: [] })).rejects.toMatchObject({
      code: "REQUEST_TIMEOUT",
    });
  });
});

test("a lost connection fails what is in flight", async () => {
  await withPeer(
    versions,
    (socket) => socket.destroy(),
    async (port) => {
      const connection = await open(port);
      await expect(connection.request(Metadata, { topics: [] })).rejects.toMatchObject({
        code: "CONNECTION_FAILED",
        retriable: true,
      });
    },
  );
});

test.each([
  ["HTTP", Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n")],
  ["a negative length", Buffer.from([0xff, 0xff, 0xff, 0xff])],
  ["an empty frame", Buffer.from([0, 0, 0, 0])],
  ["another correlation id", Buffer.from([0, 0, 0, 4, 0, 0, 0, 99])],
  ["a response that is cut short", Buffer.from([0, 0, 0, 5, 0, 0, 0, 1, 0])],
])("a peer that answers with %s gives a typed error", async (_what, bytes) => {
  await withPeer(
    (socket) => socket.write(bytes),
    silence,
    async (port) => {
      await expect(open(port)).rejects.toMatchObject({ code: "PROTOCOL_VIOLATION" });
    },
  );
});

test("nobody listening is said so", async () => {
  await withPeer(silence, silence, async (port) => {
    const closed = await new Promise<number>((resolve) => {
      const server = net.createServer().listen(0, "127.0.0.1", () => {
        const { port } = server.address() as net.AddressInfo;
        server.close(() => resolve(port));
      });
    });
    expect(closed).not.toBe(port);
    await expect(open(closed)).rejects.toMatchObject({ code: "CONNECTION_FAILED", retriable: true });
  });
});
