import { SaslAuthenticate, SaslHandshake } from "@letterpress/protocol";
import { brokerError } from "../broker-error.ts";
import type { Connection } from "./connection.ts";
import type { Sasl } from "./sasl.ts";
import { ScramExchange } from "./scram.ts";

/**
 * Runs the SASL exchange of a new connection (KIP-43, KIP-152).
 *
 * @throws LetterpressError `AUTHENTICATION_FAILED`
 */
export async function authenticate(connection: Connection, sasl: Sasl): Promise<void> {
  const version = connection.versionOf(SaslHandshake);
  const handshake = await connection.request(SaslHandshake, { mechanism: sasl.mechanism }, { version });
  if (handshake.errorCode !== 0) {
    const offered = handshake.mechanisms.join(", ") || "none";
    throw brokerError(handshake.errorCode, `SASL mechanism ${sasl.mechanism}; the broker offers ${offered}`);
  }
  const send = async (bytes: Buffer): Promise<Buffer> => {
    const response = await connection.request(SaslAuthenticate, { authBytes: bytes });
    if (response.errorCode === 0) return response.authBytes;
    const { username } = sasl;
    throw brokerError(response.errorCode, `cannot authenticate as ${username}`, {
      brokerMessage: response.errorMessage,
    });
  };
  if (sasl.mechanism === "PLAIN") {
    await send(Buffer.from(`\0${sasl.username}\0${sasl.password}`));
    return;
  }
  const exchange = new ScramExchange(sasl);
  const serverFirst = await send(exchange.clientFirst());
  const serverFinal = await send(exchange.clientFinal(serverFirst.toString()));
  exchange.verify(serverFinal.toString());
}
