export type { DataContract, RegisteredVersion } from "./answers.ts";
export { registerReferences } from "./references.ts";
export { type RegisterResult, RegistryClient, type RegistryClientOptions } from "./registry-client.ts";
export { RegistryClientError, type RegistryClientErrorCode } from "./registry-client-error.ts";
export type { RegistryAuth, TransportOptions } from "./transport.ts";
