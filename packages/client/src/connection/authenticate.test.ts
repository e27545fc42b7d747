import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import net from "node:net";
import {
  ApiVersions,
  decodeRequestBody,
  encodeResponse,
  FrameDecoder,
  readRequestHeader,
  SaslAuthenticate,
  SaslHandshake,
} from "@letterpress/protocol";
import { Reader } from "@letterpress/wire";
import { expect, test } from "vitest";
import { resolveClientOptions } from "../client-options.ts";
import { Connection } from "./connection.ts";
import type { Sasl } from "./sasl.ts";

const PASSWORD = "pencil";
const SALT = Buffer.from("salt");
const ITERATIONS = 4_096;
const AUTHENTICATION_FAILED = 58;
const UNSUPPORTED_MECHANISM = 33;
const APIS = [ApiVersions, SaslHandshake, SaslAuthenticate];

type Verdict = { readonly errorCode: number; readonly authBytes: Buffer };

const REFUSED: Verdict = { errorCode: AUTHENTICATION_FAILED, authBytes: Buffer.alloc(0) };
const accepted = (text: string): Verdict => ({ errorCode: 0, authBytes: Buffer.from(text) });

/** The server's side of PLAIN and SCRAM-SHA-256, for one user. */
class SaslServer {
  #mechanism = "";
  #clientFirst = "";
  #serverFirst = "";

  choose(mechanism: string): number {
    this.#mechanism = mechanism;
    return mechanism === "SCRAM-SHA-512" ? UNSUPPORTED_MECHANISM : 0;
  }

  step(message: string): Verdict {
    if (this.#mechanism === "PLAIN") return message === `\0user\0${PASSWORD}` ? accepted("") : REFUSED;
    if (this.#clientFirst === "") {
      this.#clientFirst = message.slice("n,,".length);
      const nonce = /r=(.*)$/.exec(message)![1];
      this.#serverFirst = `r=${nonce}server,s=${SALT.toString("base64")},i=${ITERATIONS}`;
      return accepted(this.#serverFirst);
    }
    const [withoutProof, proof] = message.split(",p=") as [string, string];
    const hmac = (key: Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();
    const salted = pbkdf2Sync(PASSWORD, SALT, ITERATIONS, 32, "sha256");
    const storedKey = createHash("sha256").update(hmac(salted, "Client Key")).digest();
    const exchange = `${this.#clientFirst},${this.#serverFirst},${withoutProof}`;
    const signature = hmac(storedKey, exchange);
    const clientKey = Buffer.from(proof, "base64").map((byte, index) => byte ^ signature[index]!);
    if (!createHash("sha256").update(clientKey).digest().equals(storedKey)) return REFUSED;
    return accepted(`v=${hmac(hmac(salted, "Server Key"), exchange).toString("base64")}`);
  }
}

async function connect(sasl: Sasl): Promise<void> {
  const sockets: net.Socket[] = [];
  const server = net.createServer((socket) => {
    sockets.push(socket);
    const frames = new FrameDecoder();
    const sasl = new SaslServer();
    socket.on("error", () => undefined);
    socket.on("data", (chunk: Buffer) => {
      frames.push(chunk);
      for (const frame of frames) {
        const reader = new Reader(frame);
        const { api, apiVersion, correlationId } = readRequestHeader(reader);
        const body = decodeRequestBody(api!, apiVersion, reader);
        const answer = (response: unknown): void => {
          for (const part of encodeResponse(api!, apiVersion, correlationId, response)) socket.write(part);
        };
        if (api === ApiVersions) {
          const apiKeys = APIS.map(({ key, versions }) => ({
            apiKey: key,
            minVersion: versions[0],
            maxVersion: versions[1],
          }));
          answer({ errorCode: 0, apiKeys });
        } else if (api === SaslHandshake) {
          answer({ errorCode: sasl.choose(body.mechanism), mechanisms: ["PLAIN", "SCRAM-SHA-256"] });
        } else answer({ errorMessage: null, ...sasl.step(String(body.authBytes)) });
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as net.AddressInfo;
  try {
    const options = resolveClientOptions({ brokers: [`127.0.0.1:${port}`], sasl });
    (await Connection.open({ host: "127.0.0.1", port }, options)).close();
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

test.each(["PLAIN", "SCRAM-SHA-256"] as const)(
  "%s lets the right password in, and no other",
  async (mechanism) => {
    await connect({ mechanism, username: "user", password: PASSWORD });
    await expect(connect({ mechanism, username: "user", password: "wrong" })).rejects.toMatchObject({
      code: "AUTHENTICATION_FAILED",
      retriable: false,
    });
  },
);

test("a mechanism that the broker does not offer is named, with those it does", async () => {
  const refused = connect({ mechanism: "SCRAM-SHA-512", username: "user", password: PASSWORD });
  await expect(refused).rejects.toMatchObject({
    code: "AUTHENTICATION_FAILED",
    message: expect.stringContaining("PLAIN, SCRAM-SHA-256"),
  });
});
