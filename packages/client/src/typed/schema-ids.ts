import type { ResolvedSchema } from "@letterpress/schema";

/** What typed topics need of a registry. `RegistryClient` of `@letterpress/registry/client` is one. */
export interface SchemaIds {
  /** The id of a schema under a subject. Rejects when it is not registered there. */
  idOf(subject: string, schema: ResolvedSchema): Promise<number>;
  /** The schema behind an id, with everything it includes. */
  schemaById(id: number): Promise<ResolvedSchema>;
  /** The schema behind a GUID in its 36-character text form; without it, records that name one cannot be decoded. */
  schemaByGuid?(guid: string): Promise<ResolvedSchema>;
  /** Registers a schema under a subject, after what it includes. */
  registerResolved(subject: string, schema: ResolvedSchema): Promise<{ readonly id: number }>;
}
