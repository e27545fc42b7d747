import { api } from "../api.ts";
import { array, int16, string, struct } from "../schema/index.ts";

/**
 * Chooses the SASL mechanism of a connection.
 *
 * After version 0 the SASL tokens follow as bare length-prefixed frames; after version 1 as
 * SaslAuthenticate requests (KIP-152).
 */
export const SaslHandshake = api({
  key: 17,
  name: "SaslHandshake",
  versions: [0, 1],
  flexible: Number.POSITIVE_INFINITY,
  request: struct({
    mechanism: string(),
  }),
  response: struct({
    errorCode: int16(),
    mechanisms: array(string()),
  }),
});
