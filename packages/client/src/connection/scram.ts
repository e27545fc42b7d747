import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from "node:crypto";
import { LetterpressError } from "../letterpress-error.ts";
import type { Sasl } from "./sasl.ts";

const NONCE_BYTES = 24;
/** RFC 7677's minimum; a server that asks for less is after the password. */
const ITERATIONS_MIN = 4_096;
/** More would stall the process for seconds. */
const ITERATIONS_MAX = 1_000_000;
const GS2_HEADER = "n,,";

/** The client's side of one SCRAM exchange (RFC 5802, RFC 7677), without channel binding. */
export class ScramExchange {
  readonly #password: string;
  readonly #digest: "sha256" | "sha512";
  readonly #digestBytes: number;
  readonly #clientNonce: string;
  readonly #clientFirstBare: string;
  #serverSignature: Buffer | undefined;

  constructor(sasl: Sasl, nonce: string = randomBytes(NONCE_BYTES).toString("base64url")) {
    this.#password = sasl.password;
    this.#digest = sasl.mechanism === "SCRAM-SHA-512" ? "sha512" : "sha256";
    this.#digestBytes = this.#digest === "sha512" ? 64 : 32;
    this.#clientNonce = nonce;
    const username = sasl.username.replaceAll("=", "=3D").replaceAll(",", "=2C");
    this.#clientFirstBare = `n=${username},r=${nonce}`;
  }

  clientFirst(): Buffer {
    return Buffer.from(GS2_HEADER + this.#clientFirstBare);
  }

  /** @throws LetterpressError `AUTHENTICATION_FAILED` for an answer that is not of this exchange. */
  clientFinal(serverFirst: string): Buffer {
    const { r: nonce, s: salt, i: count } = attributes(serverFirst);
    const iterations = Number(count);
    const isSane = iterations >= ITERATIONS_MIN && iterations <= ITERATIONS_MAX;
    if (nonce === undefined || salt === undefined || !nonce.startsWith(this.#clientNonce) || !isSane) {
      throw refused("the broker's SCRAM challenge is not acceptable");
    }
    const salted = pbkdf2Sync(
      this.#password,
      Buffer.from(salt, "base64"),
      iterations,
      this.#digestBytes,
      this.#digest,
    );
    const withoutProof = `c=${Buffer.from(GS2_HEADER).toString("base64")},r=${nonce}`;
    const message = `${this.#clientFirstBare},${serverFirst},${withoutProof}`;
    const clientKey = this.#hmac(salted, "Client Key");
    const storedKey = createHash(this.#digest).update(clientKey).digest();
    const signature = this.#hmac(storedKey, message);
    const proof = clientKey.map((byte, index) => byte ^ signature[index]!);
    this.#serverSignature = this.#hmac(this.#hmac(salted, "Server Key"), message);
    return Buffer.from(`${withoutProof},p=${Buffer.from(proof).toString("base64")}`);
  }

  /** Checks that the broker knows the password too. */
  verify(serverFinal: string): void {
    const signature = Buffer.from(attributes(serverFinal).v ?? "", "base64");
    const expected = this.#serverSignature;
    if (expected?.length === signature.length && timingSafeEqual(expected, signature)) return;
    throw refused("the broker could not prove that it knows the password");
  }

  #hmac(key: Buffer, text: string): Buffer {
    return createHmac(this.#digest, key).update(text).digest();
  }
}

function attributes(message: string): Record<string, string | undefined> {
  const pairs = message.split(",").map((part) => [part.slice(0, 1), part.slice(2)]);
  return Object.fromEntries(pairs);
}

function refused(message: string): LetterpressError {
  return new LetterpressError("AUTHENTICATION_FAILED", message);
}
