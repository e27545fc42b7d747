import { api } from "../api.ts";
import { bytes, int16, int64, nullableString, struct } from "../schema/index.ts";

/**
 * Carries one SASL token in each direction (KIP-152).
 *
 * Version 1 adds the lifetime of the session (KIP-368).
 */
export const SaslAuthenticate = api({
  key: 36,
  name: "SaslAuthenticate",
  versions: [0, 2],
  flexible: 2,
  request: struct({
    authBytes: bytes(),
  }),
  response: struct({
    errorCode: int16(),
    errorMessage: nullableString(),
    authBytes: bytes(),
    sessionLifetimeMs: int64().since(1).ignorable(),
  }),
});
