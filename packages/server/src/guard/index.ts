export type { PartSettings, TopicGuardSettings } from "./guard-settings.ts";
export type { PartFaultReason } from "./part-fault.ts";
export { RegistryGuard, type RegistryGuardOptions } from "./registry-guard.ts";
export type { SchemaSource } from "./writer-schema.ts";
