import type { SchemaContent, StoredSchema, SubjectVersion } from "../stored-schema.ts";

/** A schema whose uses the state changes; others see it as a StoredSchema. */
interface MutableSchema extends StoredSchema {
  readonly uses: Map<string, SubjectVersion[]>;
}

/** The schemas of one context: ids are counted per context. */
export class ContextIndex {
  readonly context: string;
  readonly #byId = new Map<number, MutableSchema>();
  /** Imported logs may hold the same content under several ids; the first registered one is found first. */
  readonly #byGuid = new Map<string, MutableSchema[]>();
  #maxId = 0;

  constructor(context: string) {
    this.context = context;
  }

  /** The largest id ever seen, also of schemas that are gone. */
  get maxId(): number {
    return this.#maxId;
  }

  /** Whether the schema with the largest id is gone, so that nothing else tells of it. */
  get isMaxIdForgotten(): boolean {
    return this.#maxId > 0 && !this.#byId.has(this.#maxId);
  }

  get size(): number {
    return this.#byId.size;
  }

  /** Ids up to this one were given out before, whether or not their schemas are still there. */
  reserve(maxId: number): void {
    this.#maxId = Math.max(this.#maxId, maxId);
  }

  byId(id: number): StoredSchema | undefined {
    return this.#byId.get(id);
  }

  byGuid(guid: string): StoredSchema | undefined {
    return this.#byGuid.get(guid)?.[0];
  }

  /** The schema with this id, made when there is none; undefined when the id means another schema. */
  claim(id: number, guid: string, content: SchemaContent): StoredSchema | undefined {
    const known = this.#byId.get(id);
    if (known !== undefined) return known.guid === guid ? known : undefined;
    const schema: MutableSchema = { context: this.context, id, guid, content, uses: new Map() };
    this.#byId.set(id, schema);
    const same = this.#byGuid.get(guid);
    if (same === undefined) this.#byGuid.set(guid, [schema]);
    else same.push(schema);
    this.#maxId = Math.max(this.#maxId, id);
    return schema;
  }

  addUse(use: SubjectVersion): void {
    const { uses } = use.schema as MutableSchema;
    const versions = uses.get(use.subject);
    if (versions === undefined) uses.set(use.subject, [use]);
    else versions.push(use);
  }

  /** Forgets a use, and the schema with its last one. */
  removeUse(use: SubjectVersion): void {
    const schema = use.schema as MutableSchema;
    const versions = schema.uses.get(use.subject)!.filter((other) => other !== use);
    if (versions.length > 0) schema.uses.set(use.subject, versions);
    else schema.uses.delete(use.subject);
    if (schema.uses.size > 0) return;
    this.#byId.delete(schema.id);
    const same = this.#byGuid.get(schema.guid)!.filter((other) => other !== schema);
    if (same.length > 0) this.#byGuid.set(schema.guid, same);
    else this.#byGuid.delete(schema.guid);
  }
}
